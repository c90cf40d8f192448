"""How the documentation is built; it needs no network."""

from importlib.metadata import version as installed

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

project = "certrules"
author = "the certrules authors"
copyright = author
release = version = installed("certrules")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "rulebook/examples"]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
suppress_warnings = ["ref.python"]  # some short names are shared, such as Status and status

html_theme = "furo"
html_title = "certrules"

lexers["csv"] = TextLexer()
