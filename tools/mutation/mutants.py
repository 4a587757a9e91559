"""Small wrong changes of a module's functions: one place each, as a hurried edit would make it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
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
    return sorted(
        (mutant for name, function in _functions(module, "") for mutant in _of(path, module, name, function)),
        key=lambda mutant: mutant.line,
    )


def _functions(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in node.body:
        if isinstance(child, Function):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _of(path: Path, module: ast.Module, name: str, function: Function) -> Iterator[Mutant]:
    for node in _changeable(function):
        for changed in _changes(node):
            source = _Replacing(node, changed).copied(module)
            yield Mutant(path, name, node.lineno, _shown(node), _shown(changed), source)


def _changeable(function: Function) -> Iterator[ast.expr | ast.stmt]:
    """Expressions and statements of the body: neither annotations, docstrings nor decorators."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.expr | ast.stmt):
            yield node
        if isinstance(node, ast.AnnAssign):
            waiting += [node.value] if node.value else []
        elif isinstance(node, Function):
            waiting += node.body
        elif not isinstance(node, ast.JoinedStr):  # the words of messages
            waiting += ast.iter_child_nodes(node)


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
