"""The pages of the rulebook: one for each group of rules, an index, and the interpretations.

A rule's statement, source and decisions are in certrules.rulebook; the functions that implement it
name it in the ``Rules:`` paragraph of their docstrings. Its example is the hand-written
``examples/<ID>.md`` or else that of the docstring that names the fewest rules beside it. What
the examples of a page share is in ``examples/<GROUP>.md``.
"""

import ast
import builtins
import doctest
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from certrules.rulebook import Rule

DOCS = Path(__file__).parent.parent
RULEBOOK = DOCS / "rulebook"
EXAMPLES = RULEBOOK / "examples"
SOURCE = DOCS.parent / "src"

GROUPS = {
    "DOC-CERT": "Certifications: what they are, who earns and who administers them",
    "DOC-EXP": "Validity period",
    "DOC-ASSIGN": "Courses, learning plans, external training",
    "DOC-AWARD": "Awards by hand, and the record of an award",
    "DOC-CSV": "Import of certification records",
    "DOC-TZ": "Dates and time zones",
    "DOC-RENEW": "Renewal",
    "DOC-NOTIFY": "Notifications",
    "DOC-VIEW": "What a learner sees",
    "DOC-DELETE": "Deleting and unlinking",
    "DOC-REPORT": "Reports",
    "DOC-JOB": "Background jobs",
    "ALL-CERT": "Allbound: what a certification is",
    "ALL-EXP": "Allbound: validity period",
    "ALL-TRAIN": "Allbound: training",
    "ALL-VIS": "Allbound: visibility groups",
    "ALL-PREDATE": "Allbound: issuing for earlier completions",
    "ALL-MANAGE": "Allbound: tables of certifications and of issued badges",
    "ALL-ROLE": "Allbound: who may see and do what",
    "ALL-BADGE": "Allbound: badge images",
    "ALL-NOTIFY": "Allbound: notifications",
    "X": "Facts from other public pages",
    "INT": "Decisions where the sources are silent or disagree",
}
VENDORS = {"D": "[Docebo's article](#source-docebo)", "A": "[Allbound's article](#source-allbound)"}
CONFIDENCE = {
    "strong": "strong: a vendor's text says it",
    "fair": "fair: inferred from vendors' facts",
    "own": "own: our choice, no source speaks of it",
}


@dataclass(frozen=True)
class Docstring:
    """What a module, class or function of certrules says of itself."""

    module: str
    name: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}".rstrip(".")

    @property
    def rules(self) -> list[str]:
        """The ids in its ``Rules:`` paragraph, known or not."""
        found = re.search(
            r"^\s*Rules:\s*(.+?)\.?\s*(?:\n\s*\n|\Z)", self.text, re.MULTILINE | re.DOTALL
        )
        return re.split(r",\s*", found[1]) if found else []

    @property
    def examples(self) -> list[doctest.Example]:
        return doctest.DocTestParser().get_examples(self.text)


def docstrings() -> Iterator[Docstring]:
    """All docstrings of certrules but those of the rulebook itself."""
    for file in sorted(SOURCE.rglob("*.py")):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        if module != Rule.__module__:
            yield from _within(ast.parse(file.read_text(encoding="utf-8")), module, "")


def _within(node: ast.AST, module: str, name: str) -> Iterator[Docstring]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        name = f"{name}.{getattr(node, 'name', '')}".strip(".")
        if text := ast.get_docstring(node):
            yield Docstring(module, name, text)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield from _within(child, module, name)


@cache
def implementations() -> dict[str, list[Docstring]]:
    """Rule id -> the docstrings that name it, those of rules/ first."""
    named: dict[str, list[Docstring]] = {}
    for docstring in docstrings():
        for rule in docstring.rules:
            named.setdefault(rule, []).append(docstring)
    for found in named.values():
        found.sort(key=lambda docstring: ".rules." not in docstring.path)
    return named


def example(rule: Rule, implementing: Iterable[Docstring]) -> str | None:
    """A block that a reader can paste, or None where nobody has written one."""
    by_hand = EXAMPLES / f"{rule.id}.md"
    if by_hand.exists():
        return by_hand.read_text(encoding="utf-8").strip()
    with_examples = [docstring for docstring in implementing if docstring.examples]
    if not with_examples:
        return None
    return _block(min(with_examples, key=lambda docstring: len(docstring.rules)))


def _block(docstring: Docstring) -> str:
    lines = [f">>> {line}" for line in _imports(docstring)]
    for part in docstring.examples:
        first, *more = part.source.splitlines()
        lines += [f">>> {first}", *(f"... {line}" for line in more), *part.want.splitlines()]
    return "\n".join(["```pycon", *lines, "```"])


def _imports(docstring: Docstring) -> Iterator[str]:
    """The imports that an example may take for granted inside its module."""
    nodes = list(ast.walk(ast.parse("".join(part.source for part in docstring.examples))))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)} | set(dir(builtins))
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
    free = sorted({name.id for name in names} - bound)
    package = docstring.module.rpartition(".")[0]
    for place in ("datetime", "zoneinfo", "certrules", package, docstring.module):
        here = [name for name in free if hasattr(import_module(place), name)]
        free = [name for name in free if name not in here]
        if here:
            yield f"from {place} import {', '.join(here)}"


def pages() -> dict[Path, str]:
    """Every page that this module writes: path -> text."""
    named = implementations()
    rulebook = {
        RULEBOOK / f"{group.lower()}.md": "\n".join(_group(group, rules, named))
        for group, rules in grouped().items()
    }
    return {
        **rulebook,
        RULEBOOK / "index.md": "\n".join(_index()),
        RULEBOOK / "interpretations.md": "\n".join(_interpretations()),
    }


def grouped() -> dict[str, list[Rule]]:
    """The rules of each page, in the order of the rulebook."""
    return {
        group: [rule for rule in Rule if re.fullmatch(rf"{group}(-[A-Z]+)?-\d+[a-z]?", rule.id)]
        for group in GROUPS
    }


def _group(group: str, rules: list[Rule], named: dict[str, list[Docstring]]) -> Iterator[str]:
    yield f"# {group}: {GROUPS[group]}\n"
    shared = EXAMPLES / f"{group}.md"
    if shared.exists():
        yield shared.read_text(encoding="utf-8")
    shown: dict[str, Rule] = {}
    for rule in rules:
        implementing = named.get(rule.id, [])
        yield f"({rule.id.lower()})=\n\n## {rule.id}\n\n{rule.statement}\n"
        yield f"- Source: {source(rule.source)}"
        if rule.decisions:
            yield f"- Decided in: {', '.join(link(decision) for decision in rule.decisions)}"
        yield f"- State: {state(rule, implementing)}\n"
        block = None if rule.planned else example(rule, implementing)
        if block in shown:
            yield f"The example of {link(shown[block].id)} shows it.\n"
        elif block:
            shown[block] = rule
            yield f"{block}\n"


def state(rule: Rule, implementing: Iterable[Docstring]) -> str:
    """Planned, or where it is implemented."""
    if rule.planned:
        return "planned"
    return "implemented by " + ", ".join(f"{{py:obj}}`{_public(found)}`" for found in implementing)


def _public(docstring: Docstring) -> str:
    """The path by which a user reaches it: through the package that exports it, if any does."""
    package = docstring.module.rpartition(".")[0]
    exported = getattr(import_module(package or docstring.module), "__all__", ())
    if package != "certrules" and docstring.name.partition(".")[0] in exported:
        return f"{package}.{docstring.name}"
    return docstring.path


def link(rule: str) -> str:
    return f"[{rule}](#{rule.lower()})"


def source(brief: str) -> str:
    """Spell out a source such as ``D:L35-36, X2``."""
    if brief.startswith("decision"):
        return f"our decision ({brief.removeprefix('decision ').strip('()')})"
    places = "; ".join(_source(part) for part in brief.split(", "))
    for vendor in VENDORS.values():
        places = places.replace(f"; {vendor}, ", ", ") if places.startswith(vendor) else places
    return places


def _source(part: str) -> str:
    place, _, remark = part.partition(" ")
    document, _, lines = place.partition(":L")
    where = VENDORS.get(document, f"[{document}](#source-{document.lower()})")
    if lines:
        where += f", line{'s' * ('-' in lines)} {lines.replace('-', ' to ')}"
    remarks = {
        "": "",
        "(implied)": ", from which it follows",
        "(absence)": ", which leaves it open",
    }
    return where + remarks[remark]


def _index() -> Iterator[str]:
    implemented = sum(not rule.planned for rule in Rule)
    yield "# Rulebook\n"
    yield (
        "Every rule that certrules knows, in our own words, with the source that states it. A\n"
        "rule is planned until a function implements it, a test proves it and an example shows\n"
        "it.\n"
    )
    yield f"{implemented} of {len(Rule)} rules are implemented.\n"
    yield "```{toctree}\n:maxdepth: 1\n"
    yield from (group.lower() for group in GROUPS)
    yield "interpretations\n```\n"
    for group, rules in grouped().items():
        yield f"## {group}: {GROUPS[group]}\n"
        yield "| Rule | Statement | State |\n| --- | --- | --- |"
        for rule in rules:
            words = "planned" if rule.planned else "implemented"
            yield f"| {link(rule.id)} | {rule.statement} | {words} |"
        yield ""


def _interpretations() -> Iterator[str]:
    yield "# Interpretations\n"
    yield (
        "The vendors' texts are silent on some questions, unclear on others, and now and then\n"
        "they contradict themselves. Where that is so, certrules decides, and says how sure it\n"
        "is:\n"
    )
    yield from (f"- {meaning}" for meaning in CONFIDENCE.values())
    yield "\nA host that knows better changes a value of its `Policy`, not the code.\n"
    for rule in grouped()["INT"]:
        (confidence,) = re.findall(r"decision \((\w+)\)", rule.source)
        asking = [link(other.id) for other in Rule if rule.id in other.decisions]
        yield f"## {rule.id}\n\n{rule.statement}\n"
        yield f"- Confidence: {confidence}"
        if asking:
            yield f"- Settles: {', '.join(asking)}"
        yield f"- In the rulebook: {link(rule.id)}\n"
