"""Is every rule stated, implemented, tested and shown, or else planned everywhere?"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from certrules import Rule
from docs.generate import rulebook
from docs.generate.rulebook import implementations

TESTS = Path(__file__).parent
IMPLEMENTED = [rule for rule in Rule if not rule.planned]
PLANNED = [rule for rule in Rule if rule.planned]


def marked(node: ast.AST) -> Iterator[str]:
    """The ids in the ``rule`` marks of a test module, in decorators and in parameters."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "rule":
            yield from (ast.literal_eval(argument) for argument in call.args)


@cache
def in_tests() -> dict[str, str]:
    """Rule id -> a test module that is marked with it."""
    return {
        rule: file.relative_to(TESTS).as_posix()
        for file in sorted(TESTS.rglob("test_*.py"))
        for rule in marked(ast.parse(file.read_text(encoding="utf-8")))
    }


def test_every_implemented_rule_is_named_by_a_docstring() -> None:
    found = [rule.id for rule in IMPLEMENTED if rule.id not in implementations()]
    assert not found, f"{found}"


def test_no_planned_rule_is_named_by_a_docstring() -> None:
    named = {
        rule.id: [where.path for where in implementations().get(rule.id, [])] for rule in PLANNED
    }
    found = {rule: paths for rule, paths in named.items() if paths}
    assert not found, f"{found}"


def test_every_rule_that_a_docstring_names_exists() -> None:
    known = {rule.id for rule in Rule}
    found = {rule: named[0].path for rule, named in implementations().items() if rule not in known}
    assert not found, f"{found}"


def test_every_implemented_rule_is_tested() -> None:
    found = [rule.id for rule in IMPLEMENTED if rule.id not in in_tests()]
    assert not found, f"{found}"


def test_no_planned_rule_is_tested_yet() -> None:
    found = [rule.id for rule in PLANNED if rule.id in in_tests()]
    assert not found, f"{found}"


def test_every_rule_that_a_test_names_exists() -> None:
    known = {rule.id for rule in Rule}
    found = {rule: file for rule, file in in_tests().items() if rule not in known}
    assert not found, f"{found}"


def test_every_decision_that_a_rule_names_exists() -> None:
    known = {rule.id for rule in Rule}
    named = {rule.id: [one for one in rule.decisions if one not in known] for rule in Rule}
    found = {rule: unknown for rule, unknown in named.items() if unknown}
    assert not found, f"{found}"


def test_every_rule_has_one_page() -> None:
    on_pages = [rule for rules in rulebook.grouped().values() for rule in rules]
    assert sorted(map(str, on_pages)) == sorted(map(str, Rule))


def test_every_rule_is_listed_with_its_statement_and_its_state() -> None:
    made = rulebook.pages()
    pages = [made[rulebook.RULEBOOK / f"{group.lower()}.md"] for group in rulebook.GROUPS]
    entries = {rule: section for page in pages for rule, section in sections(page)}
    texts = {rule: (rule.statement, line_of_state(rule)) for rule in Rule}
    found = [rule.id for rule in Rule if any(text not in entries[rule.id] for text in texts[rule])]
    assert not found, f"{found}"


def sections(page: str) -> list[tuple[str, str]]:
    return re.findall(r"^## (\S+)\n(.*?)(?=^\(|\Z)", page, re.MULTILINE | re.DOTALL)


def line_of_state(rule: Rule) -> str:
    return "- State: planned" if rule.planned else "- State: implemented by {py:obj}`certrules."


def test_every_implemented_rule_has_a_runnable_example() -> None:
    examples = {
        rule.id: rulebook.example(rule, implementations().get(rule.id, [])) for rule in IMPLEMENTED
    }
    found = [rule for rule, example in examples.items() if example is None]
    assert not found, f"{found}"


def test_an_example_by_hand_belongs_to_an_implemented_rule() -> None:
    by_hand = {file.stem for file in rulebook.EXAMPLES.glob("*.md")}
    found = by_hand - {rule.id for rule in IMPLEMENTED} - set(rulebook.GROUPS)
    assert not found, f"{found}"


def test_the_rules_paragraph_may_span_lines() -> None:
    docstring = rulebook.Docstring("m", "f", "What?\n\nRules: DOC-EXP-01,\nINT-01.\n\nMore.")
    assert docstring.rules == ["DOC-EXP-01", "INT-01"]
