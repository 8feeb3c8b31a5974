/** What the tidy rules know of a source file, read from TypeScript's own syntax tree. */

import * as ts from "typescript/unstable/ast";
import { API } from "typescript/unstable/async";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import type { Files } from "./repository.ts";

/** How one file names another: by value, by type only, when it runs (`import()`), or by address (`new URL`). */
export type ImportKind = "value" | "type" | "dynamic" | "url";

/** One mention of another module. */
export interface Import {
  readonly kind: ImportKind;
  readonly specifier: string;
  readonly line: number;
}

/** One function, method or accessor with a body. */
export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  /** True for the callback of a `describe`, which is a chapter of tests and not a unit of work. */
  readonly isSuite: boolean;
}

/** One syntax tree, reduced to what the rules ask. */
export interface Syntax {
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  /** `Date.now()` and the like, by name, with the line. */
  readonly calls: readonly { readonly name: string; readonly line: number }[];
  /** What stands at the top level, in order. */
  readonly statements: readonly { readonly kind: StatementKind; readonly line: number }[];
}

/** The kinds of top-level statement that a rule can forbid. */
export type StatementKind = "import" | "export-from" | "default" | "let" | "other";

/** Every source file of the repository, or of a fixture, by its path. */
export type SyntaxMap = ReadonlyMap<string, Syntax>;

/** Parses every file of `sources` (TypeScript only) without touching the disk. */
export async function parseSources(sources: Files): Promise<SyntaxMap> {
  const compilerOptions = { noLib: true, noResolve: true, noCheck: true, types: [], jsx: "preserve" };
  const config = JSON.stringify({ compilerOptions, files: [...sources.keys()] });
  const disk: Record<string, string> = { "/repository/tsconfig.json": config };
  for (const [path, text] of sources) disk[`/repository/${path}`] = text;

  const api = new API({ cwd: "/repository", fs: createVirtualFileSystem(disk) });
  try {
    const snapshot = await api.updateSnapshot({ openProjects: ["/repository/tsconfig.json"] });
    const program = snapshot.getProjects()[0].program;
    const trees = await Promise.all([...sources.keys()].map(async (path) => {
      const file = await program.getSourceFile(`/repository/${path}`);
      if (!file) throw new Error(`TypeScript did not parse ${path}`);
      return [path, readSyntax(file)] as const;
    }));
    return new Map(trees);
  } finally {
    await api.close();
  }
}

function readSyntax(file: ts.SourceFile): Syntax {
  const starts = ts.computeLineStarts(file.text);
  const lineAt = (position: number) => starts.findLastIndex((start) => start <= position) + 1;
  const lineOf = (node: ts.Node) => lineAt(ts.skipTrivia(file.text, node.pos));

  const imports: Import[] = [];
  const functions: FunctionSize[] = [];
  const calls: { name: string; line: number }[] = [];
  const visit = (node: ts.Node, parent: ts.Node | undefined): void => {
    const found = readImport(node);
    if (found) imports.push({ ...found, line: lineOf(node) });
    if (isFunction(node)) {
      const line = lineOf(node);
      const lines = lineAt(node.end) - line + 1;
      functions.push({ name: nameOf(node, parent), line, lines, isSuite: isSuite(parent) });
    }
    const name = ambientName(node);
    if (name) calls.push({ name, line: lineOf(node) });
    node.forEachChild((child) => {
      visit(child, node);
    });
  };
  visit(file, undefined);
  const statements = file.statements.map((node) => ({ kind: statementKind(node), line: lineOf(node) }));
  return { imports, functions, calls, statements };
}

function readImport(node: ts.Node): { kind: ImportKind; specifier: string } | undefined {
  if (ts.isImportDeclaration(node)) {
    const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return withSpecifier(isType ? "type" : "value", node.moduleSpecifier);
  }
  if (ts.isExportDeclaration(node)) {
    return withSpecifier(node.isTypeOnly ? "type" : "value", node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? withSpecifier("type", node.argument.literal) : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return withSpecifier("dynamic", node.arguments[0]);
  }
  if (ts.isNewExpression(node) && isNamed(node.expression, "URL") && node.arguments?.length === 2) {
    return withSpecifier("url", node.arguments[0]);
  }
  return undefined;
}

function withSpecifier(
  kind: ImportKind,
  node: ts.Node | undefined,
): { kind: ImportKind; specifier: string } | undefined {
  if (!node || !(ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))) return undefined;
  return { kind, specifier: node.text };
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isGetAccessorDeclaration(node) ||
    ts.isSetAccessorDeclaration(node);
}

function nameOf(node: ts.Node, parent: ts.Node | undefined): string {
  for (const candidate of [node, parent]) {
    const name = (candidate as { readonly name?: ts.Node } | undefined)?.name;
    if (name && (ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isPrivateIdentifier(name))) {
      return name.text;
    }
  }
  return ts.isConstructorDeclaration(node) ? "constructor" : "(anonymous)";
}

function isSuite(parent: ts.Node | undefined): boolean {
  if (!parent || !ts.isCallExpression(parent)) return false;
  const callee = parent.expression;
  return isNamed(ts.isPropertyAccessExpression(callee) ? callee.expression : callee, "describe");
}

/** The name of an ambient source of time or chance that an expression reads, if it is one. */
function ambientName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    return /^(Date\.now|Math\.random|crypto\.(randomUUID|getRandomValues))$/.test(name) ? name : undefined;
  }
  const isClockRead = ts.isNewExpression(node) && isNamed(node.expression, "Date") && !node.arguments?.length;
  return isClockRead ? "new Date()" : undefined;
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function statementKind(node: ts.Node): StatementKind {
  if (ts.isImportDeclaration(node)) return "import";
  if (ts.isExportDeclaration(node)) return "export-from";
  if (ts.isExportAssignment(node)) return "default";
  const modifiers = (node as { readonly modifiers?: readonly ts.Node[] }).modifiers ?? [];
  if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) return "default";
  const isLet = ts.isVariableStatement(node) && (node.declarationList.flags & ts.NodeFlags.Const) === 0;
  return isLet ? "let" : "other";
}
