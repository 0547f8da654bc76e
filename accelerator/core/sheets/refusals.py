"""Every sentence that a spreadsheet can be refused with."""

AS_VALUES = (
    "Copy the table, paste it into a new workbook as values (Paste Special, Values), and upload "
    "that."
)
MESSAGES = {
    "type": (
        "We read Excel workbooks (.xlsx) and CSV files. Save {name} as one of these, and upload "
        "that."
    ),
    "macros": (
        "{name} contains macros, which are small programs. Save it as an Excel workbook without "
        "macros (.xlsx) or as CSV, and upload that."
    ),
    "empty": "{name} is empty. Check that it opens on your computer, then upload it again.",
    "too-large": "{name} is larger than {megabytes} MB. Split it into smaller files.",
    "wrong-content": (
        "{name} is named as {expected}, but what is inside is {found}. Open it in your "
        "spreadsheet program, save it again as .xlsx or CSV, and upload that."
    ),
    "damaged": (
        "{name} could not be opened: it looks damaged or incomplete. Open it in your spreadsheet "
        "program, save a new copy, and upload that."
    ),
    "two-kinds": (
        "{name} has something else joined to it. Open it in your spreadsheet program, save a new "
        "copy, and upload that."
    ),
    "password": "{name} has a password. Save a copy without the password, and upload that.",
    "linked-content": "{name} fetches {what} from elsewhere. " + AS_VALUES,
    "embedded-objects": "{name} has other files embedded in it. " + AS_VALUES,
    "commands": "{name} has a formula that starts other programs (DDE). " + AS_VALUES,
    "unpacks-too-large": "{name} unpacks to far more than a table should. " + AS_VALUES,
    "too-complex": "{name} is too complicated to read. " + AS_VALUES,
    "too-heavy": "{name} takes too long, or too much memory, to read. " + AS_VALUES,
    "encoding": (
        "{name} is not in UTF-8, so letters such as é or ’ would come out wrong. In Excel choose "
        "Save As and then “CSV UTF-8”, or upload the workbook itself (.xlsx)."
    ),
    "not-plain-text": (
        "{name} has characters in it that no table has. Open it in your spreadsheet program, save "
        "it again as .xlsx or CSV, and upload that."
    ),
    "quotes": (
        "Row {row} has a quotation mark that is not closed, or one in the middle of a cell. Open "
        "the file in your spreadsheet program and save it as CSV again."
    ),
    "no-table": (
        "There is no table in {name}. Its first row holds the headings; each row below is one line."
    ),
    "several-sheets": (
        "{name} has something on more than one sheet: {sheets}. Leave only the sheet to be read, "
        "and upload that."
    ),
    "merged": "Cells {cells} are merged. Unmerge them, fill in each cell, and upload that.",
    "formula": "Cell {cell} is a formula. " + AS_VALUES,
    "error-value": "Cell {cell} shows an error ({text}). Put it right, and upload the file again.",
    "no-heading": "Column {column} has no heading, but there is something in cell {cell}.",
    "heading-twice": "Columns {first} and {second} have the same heading, “{heading}”.",
    "too-many-rows": (
        "{name} has more than {rows} rows below its headings. Split it into smaller files."
    ),
    "too-many-columns": "{name} has more than {columns} columns. Leave out those not asked for.",
    "too-long": "Cell {cell} holds more than {characters} characters. Shorten it.",
}


class SheetRefused(Exception):
    """A spreadsheet that is not read. `code` is a key of MESSAGES; `message` says what to do."""

    def __init__(self, code: str, *, name: str = "", **details: object) -> None:
        super().__init__(code)
        self.code, self.name, self.details = code, name, details

    @property
    def message(self) -> str:
        quoted = f"“{self.name}”" if self.name else "this file"
        template = MESSAGES.get(self.code, MESSAGES["damaged"])
        sentence = template.format(name=quoted, **self.details)
        return sentence[0].upper() + sentence[1:]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
