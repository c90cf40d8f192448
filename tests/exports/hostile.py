"""Names that somebody may have given themselves, to see what comes of it."""

HOSTILE = (
    "=1+1",
    '=HYPERLINK("https://evil.example","click")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "'=1+1",
    "#N/A",
    "<b>&amp;</b>]]><script>alert(1)</script>",
    "\u202eada\u202c \u200f",
    'two\nlines, "quoted"; and more\n',
    "BEGIN:VEVENT\nSUMMARY:mine\\, too",
    "_x0041_ _x005F_",
    "https://evil.example",
    " blanks ",
    "\U0001f512\u0301 Ζωή 中文",
    "long " * 20_000,
)
