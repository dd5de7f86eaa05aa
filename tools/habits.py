"""Print the numbers of the house style: lengths, nesting, docstrings. A mirror, not a gate."""

import ast
import subprocess
from pathlib import Path

PACKAGES = ("engine", "form_engine", "flow_engine", "report_engine", "connectors", "server")


def main() -> None:
    """Print one line a habit."""
    files = [
        Path(name) for name in subprocess.check_output(["git", "ls-files", "*.py"], text=True).splitlines()
    ]
    source = [file for file in files if file.parts[0] in PACKAGES]
    lengths = sorted(len(file.read_text().splitlines()) for file in source)
    print(f"Python files: {len(lengths)}, p90 {_at(lengths, 0.9)} lines, longest {lengths[-1]}")
    functions = sorted(_function_lengths(source))
    long_share = sum(n > 50 for n in functions) / len(functions)
    print(
        f"functions: {len(functions)}, p90 {_at(functions, 0.9)}, p99 {_at(functions, 0.99)}, above 50 lines {long_share:.1%}"
    )
    deep = [n for n in _depths(source) if n >= 4]
    print(f"nesting of 4 or more: {len(deep) / len(functions):.1%} of functions")
    print(f"public without docstring: {sum(_undocumented(file) for file in source)}")
    pragmas = sum(
        file.read_text().count("# noqa") + file.read_text().count("# type: ignore") for file in source
    )
    print(f"noqa and type: ignore: {pragmas} in {sum(lengths)} lines")
    tests = sum(len(file.read_text().splitlines()) for file in files if file.parts[0] == "tests")
    print(f"lines of tests a line of code: {tests / sum(lengths):.2f}")
    browser = subprocess.check_output(
        ["git", "ls-files", "designer_ui/src/*.ts", "designer_ui/src/*.tsx"], text=True
    ).splitlines()
    sizes = sorted(len(Path(name).read_text().splitlines()) for name in browser if "/api/schema" not in name)
    if sizes:
        print(f"TypeScript files: {len(sizes)}, p90 {_at(sizes, 0.9)} lines, longest {sizes[-1]}")


def _at(values: list[int], share: float) -> int:
    return values[min(len(values) - 1, int(len(values) * share))]


def _functions(files: list[Path]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    trees = [ast.parse(file.read_text()) for file in files]
    return [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _function_lengths(files: list[Path]) -> list[int]:
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in _functions(files)]


def _depths(files: list[Path]) -> list[int]:
    return [_depth(node) for node in _functions(files)]


def _depth(node: ast.AST) -> int:
    step = int(isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try))
    return step + max((_depth(child) for child in ast.iter_child_nodes(node)), default=0)


def _undocumented(file: Path) -> int:
    tree = ast.parse(file.read_text())
    public = [
        n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef) and not n.name.startswith("_")
    ]
    missing = sum(ast.get_docstring(node) is None for node in public)
    return missing + (ast.get_docstring(tree) is None and file.name != "__init__.py")


if __name__ == "__main__":
    main()
