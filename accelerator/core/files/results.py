"""What a look at one file answers when its bytes were written afresh."""

from dataclasses import dataclass

NOTES = {
    "template-left-out": (
        "Added, without the link to the template it was made from, which lies on your computer"
    ),
}


@dataclass(frozen=True)
class Cleaned:
    """The bytes to store were written to the target; `extensions` are the endings that suit them.

    `pixels` is (width, height) of a picture. `note`, when set, is a key of `NOTES`.
    """

    extensions: tuple[str, ...]
    pixels: tuple[int, int] | None = None
    note: str = ""
