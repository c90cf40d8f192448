"""How does the verification page of a badge look?"""

from base64 import b64encode
from hashlib import sha256

__all__ = ["PAGE", "STYLE", "STYLE_HASH"]

STYLE = """
:root { color-scheme: light dark; --ink: #16181d; --soft: #545b67; --line: #d7dae0;
  --paper: #fff; --desk: #f3f4f6; --good: #14683c; --wait: #7a5200; --bad: #a3182b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ebef; --soft: #a9b0bc; --line: #3b4049; --paper: #1d2026; --desk: #121418; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--desk); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: center; }
header > div { flex: 1 1 14rem; min-width: 0; }
img { object-fit: contain; }
h1 { margin: 0 0 .75rem; font-size: 1.75rem; line-height: 1.2; }
header p { margin: 0 0 .5rem; }
.state { display: inline-block; padding: .15rem .75rem; border-radius: 1rem; color: #fff;
  font-weight: 600; background: var(--bad); }
.state::first-letter { text-transform: uppercase; }
.valid { background: var(--good); }
.not_yet_valid, .suspended { background: var(--wait); }
dl { display: grid; grid-template-columns: minmax(6rem, 9rem) 1fr; gap: .75rem 1rem;
  margin: 1.5rem 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
.criteria { white-space: pre-line; }
.skills { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; padding: 0; list-style: none; }
.skills li { padding: .05rem .6rem; border: 1px solid var(--line); border-radius: 1rem; }
code { font-size: .85rem; }
footer { color: var(--soft); font-size: .875rem; }
@media (max-width: 30rem) { main { padding: 1.25rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .75rem; } }
"""
# the one style that the page's policy allows
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode("ascii")
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'sha256-{css_hash}'; base-uri 'none'; form-action 'none'">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main>
<header>
{image}
<div>
<h1>{recipient}</h1>
<p class="state {style}">{state}</p>
<p>{sentence}</p>
</div>
</header>
<dl>{facts}</dl>
<footer>As of {at} ({zone}).</footer>
</main>
</body>
</html>
"""
