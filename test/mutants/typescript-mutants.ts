import { parseSync } from 'vite';
import { type Mutant, replaced } from './mutant.ts';
import { partMutants } from './sql-mutants.ts';

interface Node {
  type: string;
  start: number;
  end: number;
  [name: string]: unknown;
}

const operators: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '&&': '||',
  '||': '&&',
};
const others: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  some: 'every',
  every: 'some',
  at: 'with',
};

/** What a hand may get wrong in a module; imports and types are left as they are. */
export function typescriptMutants(name: string, text: string): Mutant[] {
  const { program } = parseSync(name, text);
  const mutants: Mutant[] = [];
  const change = (what: string, { start, end }: { start: number; end: number }, to: string) =>
    mutants.push(replaced(what, text, start, end - start, to));
  walk(program as unknown as Node, (node) => mutate(node, text, change, mutants));
  return mutants;
}

type Change = (what: string, place: { start: number; end: number }, to: string) => void;

function mutate(node: Node, text: string, change: Change, mutants: Mutant[]): void {
  const source = ({ start, end }: Node) => text.slice(start, end);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const [left, right] = [node.left as Node, node.right as Node];
      const operator = String(node.operator);
      const at = left.end + text.slice(left.end, right.start).indexOf(operator);
      const place = { start: at, end: at + operator.length };
      const other = operators[operator];
      if (operator === '??') change('drops what stands in', { start: left.end, end: right.end }, '');
      else if (operator === '&&' || operator === '||') {
        change('takes the other connective', place, other ?? '');
        change('drops a condition', { start: left.end, end: right.end }, '');
        change('drops a condition', { start: left.start, end: right.start }, '');
      } else if (other !== undefined && !isText(left) && !isText(right))
        change(/[<>=]/.test(operator) ? 'flips a comparison' : 'calculates otherwise', place, other);
      break;
    }
    case 'UnaryExpression':
      if (node.operator === '!') change('negates', node, source(node.argument as Node));
      break;
    case 'IfStatement':
      change('never does it', node.test as Node, 'false');
      break;
    case 'ConditionalExpression':
      change('takes the first way', node.test as Node, 'true');
      change('takes the second way', node.test as Node, 'false');
      break;
    case 'Literal':
      if (typeof node.value === 'number') change('counts one more', node, String(node.value + 1));
      if (typeof node.value === 'boolean') change('negates', node, String(!node.value));
      break;
    case 'CallExpression': {
      const callee = node.callee as Node;
      const property = callee.property as (Node & { name?: string }) | undefined;
      const other = callee.type === 'MemberExpression' ? others[property?.name ?? ''] : undefined;
      if (other !== undefined && other !== 'with') change('takes the other one', property as Node, other);
      break;
    }
    case 'ExpressionStatement': {
      const { type } = node.expression as Node;
      if (/^(Call|Await|Assignment|Update)Expression$/.test(type)) change('leaves it out', node, ';');
      break;
    }
    case 'TemplateElement':
      // Whole statements only, and their conditions.
      if (/\b(SELECT|UPDATE|INSERT|DELETE|WHERE)\b/.test(source(node)))
        mutants.push(...partMutants(text, node.start, node.end));
      break;
  }
}

function isText(node: Node): boolean {
  return (
    node.type === 'TemplateLiteral' ||
    (node.type === 'Literal' && typeof node.value === 'string' && node.value !== '')
  );
}

function walk(node: Node, visit: (node: Node) => void): void {
  if (/^(Import|TS(?!As|NonNull|Satisfies))/.test(node.type)) return;
  visit(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string')
        walk(child as Node, visit);
}
