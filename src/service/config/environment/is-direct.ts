import { BlockList, isIP } from 'node:net';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * True if `NO_PROXY` names the host of this URL: `*`, a host name, which stands for all names below it too, with or
 * without a dot or `*.` before it, an IP address or a range of them (`10.0.0.0/8`). With a port behind it, an entry is for
 * that port alone. Commas or blanks stand between entries. What cannot be read names no host.
 */
export function isDirect(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const { name, port: only } = partsOf(entry.toLowerCase());
    return (only === undefined || only === port) && (isIP(host) === 0 ? isBelow : isWithin)(host, name);
  });
}

/** An IPv6 address has a port only where it stands in brackets. */
function partsOf(entry: string): { readonly name: string; readonly port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? entry, port };
}

function isBelow(host: string, entry: string): boolean {
  const name = entry.replace(/^\*?\.+/, '').replace(/\.$/, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function isWithin(address: string, entry: string): boolean {
  const [network = '', prefix] = entry.split('/');
  if (isIP(network) !== isIP(address)) return false;
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (prefix === '' || !Number.isInteger(length) || length < 0 || length > bits) return false;
  const family = bits === 128 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(network, length, family);
  return range.check(address, family);
}
