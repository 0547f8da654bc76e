"""The limits of an inspection, and every sentence that a refusal can show."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024

MESSAGES = {
    "empty": "{name} is empty. Check that it opens on your computer, then upload it again.",
    "too-large": (
        "{name} is larger than {megabytes} MB. Upload only the pages that matter, "
        "or save a smaller copy."
    ),
    "no-extension": (
        "{name} has no ending such as .pdf or .docx, so we cannot tell what it is. "
        "Save it again as a PDF, an Office document or a picture, and upload that."
    ),
    "type-not-accepted": (
        "We cannot take .{extension} files. "
        "Save {name} as a PDF, an Office document or a picture, and upload that."
    ),
    "program": (
        "{name} is a program or a script, which we cannot take. "
        "Upload a document or a picture instead."
    ),
    "archive": (
        "{name} is a bundle of files. Take the files out of it and upload them one by one."
    ),
    "web-page": (
        "{name} is a web page or a drawing that can carry scripts. "
        "Print it to PDF, and upload the PDF."
    ),
    "photo-format": (
        "{name} is in a photo format we cannot open. "
        "Open it on your phone or computer, export it as JPEG, and upload that."
    ),
    "macros": (
        "{name} contains macros, which are small programs. "
        "Save a copy without macros, for example as a PDF, and upload that."
    ),
    "wrong-content": (
        "{name} is named as {expected}, but what is inside is {found}. "
        "Open it in the program it came from, save it again as {expected}, and upload that."
    ),
    "damaged": (
        "{name} could not be opened: it looks damaged or incomplete. "
        "Open it on your computer, save a new copy, and upload that."
    ),
    "password": "{name} has a password. Save a copy without the password, and upload that.",
    "two-kinds": (
        "{name} has something else joined to it, so we cannot take it as it is. "
        "Open it on your computer, save a new copy, and upload that."
    ),
    "active-content": (
        "{name} contains scripts or attached files. "
        "Print it to PDF again (choose Print, then Save as PDF), and upload the new PDF."
    ),
    "reaching-pdf": (
        "{name} has buttons or links that send what is typed or open other files. "
        "Print it to PDF again (choose Print, then Save as PDF), and upload the new PDF."
    ),
    "linked-content": (
        "{name} fetches {what} from elsewhere when it is opened. Break its links in the program "
        "it came from (File, Info, Edit Links) or save it as a PDF, and upload that."
    ),
    "embedded-objects": (
        "{name} has other files embedded in it. "
        "Replace them with pictures, or save it as a PDF, and upload that."
    ),
    "commands": (
        "{name} has a field or a formula that starts other programs (DDE). "
        "Delete it, or save the file as a PDF, and upload that."
    ),
    "unpacks-too-large": (
        "{name} unpacks to far more than a document should. Save it as a PDF, and upload the PDF."
    ),
    "too-complex": (
        "{name} is too complicated to check. "
        "Print it to PDF again (choose Print, then Save as PDF), and upload the new PDF."
    ),
    "too-heavy": (
        "{name} takes too long, or too much memory, to check. "
        "Save a smaller or simpler copy, for example as a new PDF, and upload that."
    ),
    "too-many-pixels": (
        "{name} has more than {megapixels} million pixels. "
        "Make the picture smaller, for example 2,000 pixels wide, or save it as an ordinary JPEG, "
        "and upload that."
    ),
    "picture-too-large": (
        "{name} is too detailed for us to keep. "
        "Make the picture smaller, for example 2,000 pixels wide, and upload that."
    ),
    "several-pictures": (
        "{name} holds several pictures or a moving one. "
        "Save it as a PDF, or save one still picture, and upload that."
    ),
    "not-plain-text": (
        "{name} is not plain text. Open it in the program it came from, "
        "save it as a PDF or as plain text (UTF-8), and upload that."
    ),
    "infected": (
        "The virus check found a problem in {name}, so we have not kept it. "
        "Ask whoever looks after your computers to check it before you share it with anyone."
    ),
    "scanner-unavailable": (
        "We could not check {name} for viruses just now, so we have not kept it. "
        "Try again in a few minutes; if it happens again, tell the Learning Hub."
    ),
    "quota": (
        "There is no room for {name}: you have {room} left. "
        "Withdraw a file you no longer need, or add a link instead."
    ),
}


class FileRefused(Exception):
    """An uploaded file that may not be kept.

    `code` is a key of `MESSAGES`; `message` is the sentence to show. `name`, when set, is the safe
    display name that the sentence quotes. Unknown codes raise `KeyError`.
    """

    def __init__(self, code: str, *, name: str = "", **details: object) -> None:
        super().__init__(code)
        self.template = MESSAGES[code]
        self.code = code
        self.name = name
        self.details = details

    @property
    def message(self) -> str:
        """Plain English: what is wrong and what to do instead."""
        quoted = f"“{self.name}”" if self.name else "this file"
        sentence = self.template.format(name=quoted, **self.details)
        return sentence[0].upper() + sentence[1:]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Limits:
    """Caps of one inspection. Sizes in bytes, time in seconds, ratio unpacked / packed.

    `max_pixels` holds for JPEG, which can be decoded at half its size; `max_other_pixels` for
    pictures that are decoded whole; `max_webp_pixels` for WebP, whose decoder keeps four copies.
    """

    max_bytes: int = 25 * MEGABYTE
    max_seconds: float = 3.0
    max_memory: int = 138 * MEGABYTE
    max_pixels: int = 40_000_000
    max_other_pixels: int = 12_000_000
    max_webp_pixels: int = 4_000_000
    max_image_scans: int = 100
    max_zip_ratio: int = 100
    max_unzipped_bytes: int = 300 * MEGABYTE
    max_zip_entries: int = 5000
    max_name: int = 150
    max_pdf_objects: int = 200_000


DEFAULT_LIMITS = Limits()
