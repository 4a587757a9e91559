"""Small wrong changes of a module's functions: one place each, as a hurried edit would make it.

Left out before anything is drawn, because no test can or should notice them: log messages, assertions (they narrow a
type), the text of messages, annotations, docstrings, decorators, and changes that compile to the same code as the
original or as an earlier mutant.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One changed place of a module."""

    path: Path
    function: str
    """Qualified name of the outermost function around the place, as the compiler spells it."""
    line: int
    lines: range
    """Of the statement around the place; a compound statement's head only."""
    before: str
    after: str
    source: ast.Module

    def code(self) -> CodeType:
        """The function's code with the change."""
        compiled = compile(self.source, str(self.path), "exec", dont_inherit=True)
        return next(code for code in codes(compiled) if code.co_qualname == self.function)

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.function}: {self.before} -> {self.after}"


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def find_mutants(path: Path) -> list[Mutant]:
    """Every mutant of the functions and methods of a module, in the order of its lines."""
    module = ast.parse(path.read_text(), str(path))
    known = {name: {_behaviour(code)} for name, code in _named(compile(module, str(path), "exec", dont_inherit=True))}
    found = []
    for name, function in _functions(module, ""):
        for mutant in _of(path, module, name, function):
            behaviour = _behaviour(mutant.code())
            if behaviour not in known[name]:
                known[name].add(behaviour)
                found.append(mutant)
    return sorted(found, key=lambda mutant: mutant.line)


def _named(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    return ((one.co_qualname, one) for one in codes(code))


def _behaviour(code: CodeType) -> object:
    """What the code does, without the lines it stands on."""
    constants = tuple(_behaviour(one) if isinstance(one, CodeType) else (type(one), one) for one in code.co_consts)
    return code.co_code, repr(constants), code.co_names, code.co_varnames, code.co_exceptiontable


def _functions(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in node.body:
        if isinstance(child, Function):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _of(path: Path, module: ast.Module, name: str, function: Function) -> Iterator[Mutant]:
    for node, lines in _changeable(function):
        for changed in _changes(node):
            source = _Replacing(node, changed).copied(module)
            yield Mutant(path, name, node.lineno, lines, _shown(node), _shown(changed), source)


def _changeable(function: Function) -> Iterator[tuple[ast.expr | ast.stmt, range]]:
    """Expressions and statements of the body, with the lines of the statement that they are part of."""
    waiting: list[tuple[ast.AST, range]] = [(node, range(0)) for node in function.body]
    while waiting:
        node, lines = waiting.pop()
        if isinstance(node, ast.stmt):
            lines = _head(node)
        if _is_left_out(node):
            continue
        if isinstance(node, ast.expr | ast.stmt):
            yield node, lines
        waiting += [(child, lines) for child in _children(node)]


def _is_left_out(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="logger")))):
            return True
    return False


def _children(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.AnnAssign):
        return [node.value] if node.value else []
    return node.body if isinstance(node, Function) else ast.iter_child_nodes(node)


def _head(node: ast.stmt) -> range:
    """The lines of a statement, without those of the statements in it."""
    first = next((child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)), None)
    end = first.lineno if first and first.lineno > node.lineno else (node.end_lineno or node.lineno) + 1
    return range(node.lineno, end)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt]:  # noqa: C901 # a table of cases
    match node:
        case ast.Compare(left=left, ops=operators, comparators=others):
            for place, operator in enumerate(operators):
                changed = [*operators]
                changed[place] = COMPARISONS[type(operator)]()
                yield ast.Compare(left, changed, others)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=known, right=right) if type(known) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(known)](), right)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.If(body=body, orelse=orelse):
            yield ast.If(ast.Constant(value=True), body, orelse)
            yield ast.If(ast.Constant(value=False), body, orelse)
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:80]


class _Replacing(ast.NodeTransformer):
    """Copies a module with one node replaced; found by its place, since copies are not the same objects."""

    def __init__(self, node: ast.expr | ast.stmt, changed: ast.expr | ast.stmt) -> None:
        self._place = _place(node)
        self._changed = changed

    def copied(self, module: ast.Module) -> ast.Module:
        """The changed copy."""
        made = self.visit(copy.deepcopy(module))
        assert isinstance(made, ast.Module)
        return ast.fix_missing_locations(made)

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace the node, or look for it below."""
        if isinstance(node, ast.expr | ast.stmt) and _place(node) == self._place:
            return ast.copy_location(copy.deepcopy(self._changed), node)
        return self.generic_visit(node)


def _place(node: ast.expr | ast.stmt) -> tuple[type[ast.AST], int, int, int | None, int | None]:
    return type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
