"""How the documentation is built; it needs no network."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

sys.path.insert(0, str(Path(__file__).parent.parent))

from docs.generate import write

write()

project = "certrules"
author = "the certrules authors"
copyright = author
release = version = installed("certrules")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "generate", "rulebook/examples"]
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True  # DOCEBO, and not every field of it
autodoc_typehints_format = "short"
suppress_warnings = ["ref.python"]  # some short names are shared, such as Status and status

html_theme = "furo"
html_title = "certrules"

lexers["csv"] = TextLexer()
