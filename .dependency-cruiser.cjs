/** The import table of docs/architecture.md as an allow list: what is not named here may not be imported. */
const FOLDERS = {
  core: { imports: [], packages: ['rxjs'] },
  dialects: { imports: ['core'], packages: ['rxjs', 'zod'] },
  config: { imports: ['core', 'dialects'], packages: ['zod', 'rxjs'] },
  upstream: { imports: ['core'], packages: ['@nestjs/common', 'axios'] },
  routing: { imports: ['core', 'dialects'], packages: ['@nestjs/common', 'rxjs'] },
  relay: { imports: ['core', 'upstream', 'routing'], packages: ['@nestjs/common', 'rxjs'] },
  'stream-log': { imports: ['core'], packages: ['@nestjs/common', 'ioredis', 'lru-cache', 'rxjs'] },
  resumable: {
    imports: ['core', 'routing', 'relay', 'stream-log'],
    packages: ['@nestjs/common', 'lru-cache', 'rxjs'],
  },
  access: { imports: ['core'], packages: ['@nestjs/common'] },
  telemetry: { imports: ['core'], packages: ['@nestjs/common', 'prom-client'] },
  http: {
    imports: ['core', 'dialects', 'routing', 'relay', 'resumable', 'stream-log', 'access'],
    packages: ['@nestjs/common', '@nestjs/core', '@nestjs/swagger', 'rxjs', 'zod'],
  },
  testing: { imports: [], packages: ['zod'] },
  'service/cli': { imports: ['config', 'service/config'], packages: [] },
  'service/cluster': { imports: [], packages: ['prom-client', 'zod'] },
  'service/simulated': { imports: ['testing'], packages: ['@nestjs/common'] },
  'service/config': { imports: ['core', 'config', 'dialects'], packages: ['zod', 'yaml', '@nestjs/config'] },
};

/** Folders whose parts have rows of their own: what stands beside these parts may import every folder. */
const ASSEMBLIES = ['service'];

const escape = (name) => name.replace(/[/@.-]/g, '\\$&');

/** A dependency outside the folder's row: another folder of src, or a package. Node's own modules are free. */
const outside = ([folder, { imports, packages }]) => ({
  name: `${folder}-imports-what-its-row-allows`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: {
    dependencyTypesNot: ['core'],
    pathNot: [
      `^src/(?:${[folder, ...imports].join('|')})/`,
      ...packages.map((name) => `node_modules/${escape(name)}/`),
    ],
  },
});

module.exports = {
  forbidden: [
    ...Object.entries(FOLDERS).map(outside),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every-folder-has-a-row',
      severity: 'error',
      from: {
        path: '^src/[^/]+/',
        pathNot: `^src/(?:${[...Object.keys(FOLDERS), ...ASSEMBLIES].join('|')})/`,
      },
      to: {},
    },
    {
      name: 'the-module-knows-no-service',
      severity: 'error',
      from: { path: '^src/(?:index|sluice\\.module)\\.ts$' },
      to: { path: '^src/service/', reachable: true },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['\\.spec\\.ts$', '^test/'] },
    },
    {
      name: 'examples-import-what-the-package-exports',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(?:src|test)/', pathNot: '^src/(?:testing/)?index\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^examples/[^/]+/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
