"""Names of files that look like Markdown."""

HERE = "http://127.0.0.1:9"
"""Where nobody answers; a request there can be seen in the browser."""
NAMES = [
    f"![x]({HERE}/a.png)",
    f"\\![x]\\({HERE}/b.png)",
    f"<img src={HERE}/c.png>",
    f"[![x]({HERE}/d.png)]({HERE})",
    f"[l]: {HERE}/e",
    f"<{HERE}/f>",
    "<script>alert(1)</script>",
    "$x^2$ and $$y$$",
    ":material/home: :smile: :+1: :red[hot] :streamlit: :blue-badge[b] ::red[x]",
    "**b** _i_ __init__ `c` ~~s~~ [l](http://evil.example) http://evil.example www.evil.example a@evil.example",
    "WWW.evil.example HTTPS://evil.example mailto:a@evil.example",
    "# head",
    "12345. one",
    "12) one",
    "- dash",
    "+ plus",
    "> quote",
    "***",
    "a -> b <- c -- d --- e >= <= ~=",
    "&copy; &#58; | a | b |",
    "back\\slash \\* C:\\x",
    "[^1] {:.red} ++i++ ==h== ^a^",
    "p_flair.nii.gz: 1.5 MiB (a) of T1",
]
