// Fails on a type of this package that an exported name reaches and a user cannot import by its name.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const entries = ['index.d.ts', 'testing/index.d.ts'].map((name) => join(dist, name));
const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
const checker = program.getTypeChecker();

/** Made by Nest's builder: a host calls what it has, and does not name it. */
const UNNAMED = new Set(['ConfigurableModuleClass']);

/** Nest makes `LiveSettings` by a factory; the parameter of `AnswerScript` is for its own methods. */
const NOT_CALLED = new Set(['LiveSettings', 'AnswerScript']);

const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const isOurs = (node) => node.getSourceFile().fileName.startsWith(dist);

/** The names that an entry exports. */
const namesOf = (entry) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)));
const exportsOf = (entry) => namesOf(entry).map(resolve);

/** True for `export type { X }`: its constructor cannot be called. */
const isTypeOnly = ({ declarations }) =>
  declarations.some((one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly));

/** The name in a node that refers to a declaration: `X`, `extends X`, `typeof X` or `import('…').X`. */
function nameIn(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  return ts.isImportTypeNode(node) ? node.qualifier : undefined;
}

/** True for a constructor that users call: of a class that is exported as a value, and that Nest does not construct. */
function isCalledByUsers(constructor, constructible) {
  const { name } = constructor.parent;
  if (NOT_CALLED.has(name.text) || !constructible.has(checker.getSymbolAtLocation(name))) return false;
  const path = relative(dist, constructor.getSourceFile().fileName).replace(/\.d\.ts$/, '.ts');
  return !/^@(Injectable|Catch|Module|Controller)\(/m.test(readFileSync(join(root, 'src', path), 'utf8'));
}

/** Calls back for each name that a declaration refers to, except in private members and constructors of others. */
function eachReference(node, constructible, found) {
  if (ts.isConstructorDeclaration(node) && !isCalledByUsers(node, constructible)) return;
  const flags = ts.canHaveModifiers(node) ? ts.getCombinedModifierFlags(node) : 0;
  if (flags & ts.ModifierFlags.Private) return;
  const name = nameIn(node);
  if (name !== undefined) found(name);
  ts.forEachChild(node, (child) => eachReference(child, constructible, found));
}

/** `typeof` of a variable or a function leads on to its types, and needs no name itself. */
const needsName = (symbol) => !(symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function));

let unnamed = 0;
for (const entry of entries) {
  const named = new Set(entries.flatMap(exportsOf));
  const constructible = new Set(
    namesOf(entry)
      .filter((name) => !isTypeOnly(name))
      .map(resolve),
  );
  const seen = new Set();
  const visit = (symbol, via) => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      if (!isOurs(declaration)) continue;
      eachReference(declaration, constructible, (reference) => {
        const target = checker.getSymbolAtLocation(reference);
        if (target === undefined) return;
        const type = resolve(target);
        const ours = type.declarations?.some((one) => isOurs(one) && !ts.isTypeParameterDeclaration(one));
        if (!ours || UNNAMED.has(type.name)) return;
        if (needsName(type) && !named.has(type) && !seen.has(type)) {
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
