SUPPORT = {
    "none": "no support wanted",
    "process": "support wanted: process",
    "content": "support wanted: content",
    "both": "support wanted: process and content",
}


def in_a_line(horizon: str, depth: str, support: str) -> str:
    """An objective's horizon and depth, in words, and the support that is wanted, by its key."""
    return f"{horizon} · {depth.lower()} · {SUPPORT[support]}"
