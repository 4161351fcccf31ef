// Fails on a type of this package that an exported name reaches and a user cannot import by its name.
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const entries = ['index.d.ts', 'testing/index.d.ts'].map((name) => join(dist, name));
const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
const checker = program.getTypeChecker();

/** Made by Nest's builder: a host calls what it has, and does not name it. */
const UNNAMED = new Set(['ConfigurableModuleClass']);

const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const isOurs = (node) => node.getSourceFile().fileName.startsWith(dist);

/** The symbols that an entry exports. */
function exportsOf(entry) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
  return checker.getExportsOfModule(module).map(resolve);
}

/** Calls back for each type that a declaration names. Nest calls constructors, and nobody sees private members. */
function eachReference(node, found) {
  if (ts.isConstructorDeclaration(node)) return;
  const flags = ts.canHaveModifiers(node) ? ts.getCombinedModifierFlags(node) : 0;
  if (flags & ts.ModifierFlags.Private) return;
  const name = ts.isTypeReferenceNode(node) ? node.typeName : undefined;
  const base = ts.isExpressionWithTypeArguments(node) ? node.expression : name;
  if (base !== undefined) found(base);
  ts.forEachChild(node, (child) => eachReference(child, found));
}

let unnamed = 0;
for (const entry of entries) {
  const named = new Set(entries.flatMap(exportsOf));
  const seen = new Set();
  const visit = (symbol, via) => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      if (!isOurs(declaration)) continue;
      eachReference(declaration, (reference) => {
        const target = checker.getSymbolAtLocation(reference);
        if (target === undefined) return;
        const type = resolve(target);
        const ours = type.declarations?.some((one) => isOurs(one) && !ts.isTypeParameterDeclaration(one));
        if (!ours || UNNAMED.has(type.name)) return;
        if (!named.has(type) && !seen.has(type)) {
          const place = relative(dist, type.declarations[0].getSourceFile().fileName);
          process.stderr.write(
            `exports: ${type.name} (${place}) is reached by ${via} and has no exported name\n`,
          );
          unnamed += 1;
        }
        visit(type, type.name);
      });
    }
  };
  for (const symbol of exportsOf(entry)) visit(symbol, symbol.name);
}
if (unnamed > 0) process.exit(1);
process.stdout.write('exports: every type that an exported name reaches has an exported name\n');
