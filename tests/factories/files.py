"""Small real files of every accepted kind, made in code, and the parts to make hostile ones."""

import io
import struct
import zipfile
import zlib

import openpyxl
from PIL import Image, ImageCms, PngImagePlugin
from pypdf import PdfWriter

OPENXML = "application/vnd.openxmlformats-officedocument."
OASIS = "application/vnd.oasis.opendocument."
MAIN_PARTS = {
    "docx": ("word/document.xml", "wordprocessingml.document", "document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet", "workbook"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation", "presentation"),
}
BODIES = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
LEAK = "Leaky-Camera-51.5007N"


def pdf(pages: int = 1) -> bytes:
    """A PDF of blank pages."""
    return written(blank_writer(pages))


def blank_writer(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    return writer


def written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def raw_pdf(objects: dict[int, bytes], *, in_stream: dict[int, bytes] | None = None) -> bytes:
    """A PDF of the given object bodies (1 is the catalogue); `in_stream` ones share one ObjStm."""
    in_stream = in_stream or {}
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    container, table = max(objects | in_stream) + 1, max(objects | in_stream) + 2
    if in_stream:
        bodies = b" ".join(in_stream.values())
        starts, at = [], 0
        for number, body in in_stream.items():
            starts.append(b"%d %d" % (number, at))
            at += len(body) + 1
        head = b" ".join(starts) + b" "
        packed = zlib.compress(head + bodies, 9)
        objects = objects | {
            container: b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n"
            % (len(in_stream), len(head), len(packed))
            + packed
            + b"\nendstream"
        }
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    offsets[table] = start
    rows = b""
    for number in range(table + 1):
        if number in offsets:
            rows += struct.pack(">BIH", 1, offsets[number], 0)
        elif number in in_stream:
            rows += struct.pack(">BIH", 2, container, list(in_stream).index(number))
        else:
            rows += struct.pack(">BIH", 0, 0, 0)
    out += b"%d 0 obj\n<</Type/XRef/Size %d/Root 1 0 R/W[1 4 2]/Length %d>>stream\n" % (
        table,
        table + 1,
        len(rows),
    )
    return bytes(out + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)


def one_page(catalogue: bytes = b"") -> dict[int, bytes]:
    """Objects 1 to 3 of a one-page document; `catalogue` is added to object 1."""
    return {
        1: b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    }


def pdf_of_arrays() -> bytes:
    """A PDF of 4 MB with two million arrays in it, each of which costs its reader an object."""
    numbers = range(5, 425)
    listed = b" ".join(b"%d 0 R" % number for number in numbers)
    arrays = dict.fromkeys(numbers, b"[" + b"[]" * 5000 + b"]")
    return raw_pdf(one_page(b"/X [" + listed + b"]") | arrays)


def zipped(parts: dict[str, bytes | str], *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of the parts, in order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=method)
    return target.getvalue()


def with_junk(archive: bytes, index: int, junk: bytes, *, claimed: bool = False) -> bytes:
    """The ZIP with `junk` after the data of entry `index`; `claimed` counts it as packed data."""
    start = struct.unpack_from("<L", archive, len(archive) - 6)[0]
    out, at, offsets = bytearray(archive), start, []
    while out[at : at + 4] == b"PK\x01\x02":
        offsets.append(at)
        at += 46 + sum(struct.unpack_from("<3H", out, at + 28))
    heads = [struct.unpack_from("<L", out, entry + 42)[0] for entry in offsets]
    place = (*heads, start)[index + 1]
    for entry, head in zip(offsets, heads, strict=True):
        struct.pack_into("<L", out, entry + 42, head + (len(junk) if head >= place else 0))
    if claimed:
        for field in (heads[index] + 18, offsets[index] + 20):
            packed = struct.unpack_from("<L", out, field)[0]
            struct.pack_into("<L", out, field, packed + len(junk))
    struct.pack_into("<L", out, len(out) - 6, start + len(junk))
    out[place:place] = junk
    return bytes(out)


def openxml_parts(extension: str, *, content_type: str = "") -> dict[str, bytes | str]:
    part, stem, root = MAIN_PARTS[extension]
    content_type = content_type or f"{OPENXML}{stem}.main+xml"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return {
        "[Content_Types].xml": (
            f'<?xml version="1.0"?><Types xmlns="{types}">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
        ),
        "_rels/.rels": (
            f'<?xml version="1.0"?><Relationships xmlns="{relations}">'
            f'<Relationship Id="r1" Type="{office}" Target="{part}"/></Relationships>'
        ),
        part: f'<?xml version="1.0"?><w:{root} xmlns:w="urn:w"><w:body/></w:{root}>',
    }


def openxml(extension: str, extra: dict[str, bytes | str] | None = None) -> bytes:
    return zipped(openxml_parts(extension) | (extra or {}))


def links(*found: tuple[str, str, bool]) -> str:
    """A .rels part of (type, target, whether it is outside)."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if external else "/>")
        for number, (kind, target, external) in enumerate(found)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{rows}</Relationships>'


def with_template(target: str) -> bytes:
    """A .docx made from the template at `target`."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return openxml(
        "docx",
        {
            "word/settings.xml": (
                f'<w:settings xmlns:w="urn:w" xmlns:r="{relations}"><w:zoom w:percent="100"/>'
                '<w:attachedTemplate r:id="rId0"/></w:settings>'
            ),
            "word/_rels/settings.xml.rels": links((OFFICE + "attachedTemplate", target, True)),
        },
    )


def workbook() -> bytes:
    """An .xlsx as openpyxl writes it."""
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["young people", 42])
    book.save(target)
    return target.getvalue()


def opendocument_parts(extension: str, *, manifest: str = "") -> dict[str, bytes | str]:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    body = BODIES[extension]
    return {
        "mimetype": OASIS + body,
        "content.xml": (
            f'<o:document-content xmlns:o="{office}"><o:automatic-styles/>'
            f"<o:body><o:{body}/></o:body></o:document-content>"
        ),
        "META-INF/manifest.xml": (
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/">{manifest}</m:file-entry></m:manifest>'
        ),
    }


def opendocument(extension: str, extra: dict[str, bytes | str] | None = None) -> bytes:
    return zipped(opendocument_parts(extension) | (extra or {}), stored=("mimetype",))


def compound(tree: dict[str, object], fat_sectors: int = 1) -> bytes:
    """An OLE2 file of the tree: bytes are streams, dicts are storages. 64 kB a FAT sector."""
    entries: list[list[object]] = [["Root Entry", 5, None, b""]]

    def add(children: dict[str, object]) -> int:
        first = previous = 0xFFFFFFFF
        for name, value in children.items():
            number = len(entries)
            storage = isinstance(value, dict)
            entries.append([name, 1 if storage else 2, None, b"" if storage else value])
            right[number] = 0xFFFFFFFF
            if previous == 0xFFFFFFFF:
                first = number
            else:
                right[previous] = number
            previous = number
            child[number] = add(value) if storage else 0xFFFFFFFF
        return first

    right, child = {0: 0xFFFFFFFF}, {}
    child[0] = add(tree)
    fat, sectors = [0xFFFFFFFD] * fat_sectors, [b""]

    def place(content: bytes) -> int:
        count = -(-len(content) // 512)
        if not count:
            return 0xFFFFFFFE
        start = len(fat)
        fat.extend([*range(start + 1, start + count), 0xFFFFFFFE])
        sectors.append(content.ljust(count * 512, b"\0"))
        return start

    mini, mini_fat = b"", []
    for entry in entries[1:]:
        content = entry[3]
        if 0 < len(content) < 4096:
            count = -(-len(content) // 64)
            entry[2] = len(mini_fat)
            mini_fat += [*range(entry[2] + 1, entry[2] + count), 0xFFFFFFFE]
            mini += content.ljust(count * 64, b"\0")
        else:
            entry[2] = place(content)
    entries[0][2:] = [place(mini), mini]
    mini_start = place(struct.pack(f"<{len(mini_fat)}L", *mini_fat))
    directory = b""
    for number, (name, kind, start, content) in enumerate(entries):
        encoded = (name + "\0").encode("utf-16-le")
        directory += encoded.ljust(64, b"\0")
        directory += struct.pack(
            "<HBB3L", len(encoded), kind, 1, 0xFFFFFFFF, right[number], child[number]
        )
        directory += bytes(36) + struct.pack("<LQ", start, len(content))
    directory_start = place(directory)
    room = 128 * fat_sectors
    sectors[0] = struct.pack(f"<{room}L", *(fat + [0xFFFFFFFF] * (room - len(fat))))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<5H6x3L", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors, directory_start)
    header += struct.pack("<6L", 0, 4096, mini_start, 1 if mini_fat else 0, 0xFFFFFFFE, 0)
    unused = [0xFFFFFFFF] * (109 - fat_sectors)
    header += struct.pack("<109L", *range(fat_sectors), *unused)
    return header + b"".join(sectors)


def word_stream(flags: int = 0) -> bytes:
    return struct.pack("<H8xH", 0xA5EC, flags).ljust(4096, b"\0")


def word_with(*pieces: str, table: str = "1Table") -> bytes:
    """A .doc whose text is those pieces, every second one in UTF-16."""
    text, places = b"", []
    for number, piece in enumerate(pieces):
        wide = bool(number % 2)
        text += b"\0" * (len(text) % 2)
        start = 2048 + len(text)
        places.append(start if wide else 0x40000000 | 2 * start)
        text += piece.encode("utf-16-le" if wide else "cp1252")
    starts = [sum(map(len, pieces[:number])) for number in range(len(pieces) + 1)]
    places_of = struct.pack(f"<{len(starts)}L", *starts)
    places_of += b"".join(struct.pack("<HLH", 0, place, 0) for place in places)
    clx = struct.pack("<BH4sBL", 1, 4, b"skip", 2, len(places_of)) + places_of
    main = bytearray(
        struct.pack("<H8xH", 0xA5EC, 0x0200 * (table == "1Table")).ljust(2048, b"\0") + text
    )
    struct.pack_into("<LL", main, 0x01A2, 100, len(clx))
    return compound(
        {
            "WordDocument": bytes(main).ljust(4096, b"\0"),
            table: bytes(100) + clx.ljust(4096, b"\0"),
        }
    )


def excel_with_book(path: str) -> bytes:
    """An .xls with a reference to another workbook or a program."""
    book = struct.pack("<HHB", 1, len(path), 1) + path.encode("utf-16-le")
    records = struct.pack("<HH16x", 0x0809, 16)
    records += struct.pack("<HH", 0x01AE, len(book)) + book + struct.pack("<HH", 0x000A, 0)
    return compound({"Workbook": records})


def powerpoint_with_object(container: int = 0x0FCC, atom: int = 0x0FCD, size: int = 8) -> bytes:
    """A .ppt with an embedded object."""
    streams = powerpoint_streams()
    found = struct.pack("<HHLHHL", 0x0F, container, size + 8, 0, atom, size) + bytes(size)
    main = streams["PowerPoint Document"]
    return compound(streams | {"PowerPoint Document": main[:2000] + found + main[2000:]})


def field_of(*steps: str) -> str:
    """Runs of Word: "{" begins a field, "|" ends its code, "}" the field; the rest is code."""
    kinds = {"{": "begin", "|": "separate", "}": "end"}
    runs = (
        f'<w:fldChar w:fldCharType="{kinds[step]}"/>'
        if step in kinds
        else f"<w:instrText>{step}</w:instrText>"
        for step in steps
    )
    return "".join(f"<w:r>{run}</w:r>" for run in runs)


def word_field(*steps: str) -> bytes:
    body = f'<w:document xmlns:w="urn:w"><w:p>{field_of(*steps)}</w:p></w:document>'
    return openxml("docx", {"word/document.xml": body})


def sheet(*formulas: str) -> bytes:
    """An .xlsx with the formulas in its cells."""
    cells = "".join(f"<c><f>{formula}</f></c>" for formula in formulas)
    return openxml("xlsx", {"xl/worksheets/sheet1.xml": f"<worksheet>{cells}</worksheet>"})


def open_with(body: str, extension: str = "odt", part: str = "content.xml") -> bytes:
    """An OpenDocument file with elements in its body, or in another part."""
    spaces = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    spaces += ' xmlns:t="urn:t" xmlns:s="urn:s" xmlns:d="urn:d"'
    if part != "content.xml":
        return opendocument(extension, {part: f"<o{spaces}>{body}</o>"})
    content = str(opendocument_parts(extension)["content.xml"])
    kind = BODIES[extension]
    content = content.replace(" xmlns:o", spaces + " xmlns:o", 1)
    return opendocument(
        extension, {"content.xml": content.replace(f"<o:{kind}/>", f"<o:{kind}>{body}</o:{kind}>")}
    )


def excel_stream(*, sheet_type: int = 0, locked: bool = False) -> bytes:
    records = struct.pack("<HH16x", 0x0809, 16)
    records += struct.pack("<HH4x", 0x002F, 4) if locked else b""
    records += struct.pack("<HHLBB2x", 0x0085, 8, 0, 0, sheet_type)
    return records + struct.pack("<HH", 0x000A, 0)


def powerpoint_streams(*, token: int = 0xE391C05F, macros: int = 0) -> dict[str, bytes]:
    vba = struct.pack("<HHLHHLLLL", 0x1F, 0x3FF, 20, 2, 0x400, 12, 1, macros, 2)
    main = struct.pack("<HHL", 0x0F, 0x03E8, len(vba)) + vba
    user = struct.pack("<HHLLL", 0, 0x0FF6, 20, 20, token).ljust(28, b"\0")
    return {"PowerPoint Document": main.ljust(4500, b"\0"), "Current User": user}


def picture(form: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, form, **options)
    return target.getvalue()


def leaky_exif(orientation: int = 1) -> Image.Exif:
    """EXIF naming a camera (`LEAK`) and a place."""
    exif = Image.Exif()
    exif[0x010F] = LEAK
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5), 3: "W", 4: (0.0, 7.0, 28.4)})
    return exif


def leaky_picture(form: str) -> bytes:
    """A picture with EXIF, GPS, a colour profile, and the comment or XMP of its format."""
    options: dict[str, object] = {
        "exif": leaky_exif(),
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    if form == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Author", LEAK)
    elif form == "JPEG":
        options["comment"] = LEAK.encode()
    elif form == "WEBP":
        options["xmp"] = f"<x:xmpmeta>{LEAK}</x:xmpmeta>".encode()
    return picture(form, **options)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", crc)

    header = struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def webp_bomb() -> bytes:
    """A WebP of 1.5 kB with 39 million pixels."""
    target = io.BytesIO()
    Image.new("RGB", (6240, 6250)).save(target, "WEBP", lossless=True)
    return target.getvalue()


def valid_files() -> dict[str, bytes]:
    """Ending → a small real file, for every accepted ending."""
    jpeg, tiff = picture("JPEG"), picture("TIFF")
    return {
        "pdf": pdf(),
        "docx": openxml("docx"),
        "xlsx": workbook(),
        "pptx": openxml("pptx"),
        "doc": compound({"WordDocument": word_stream()}),
        "xls": compound({"Workbook": excel_stream()}),
        "ppt": compound(powerpoint_streams()),
        "odt": opendocument("odt"),
        "ods": opendocument("ods"),
        "odp": opendocument("odp"),
        "png": picture("PNG"),
        "jpg": jpeg,
        "jpeg": jpeg,
        "gif": picture("GIF"),
        "webp": picture("WEBP"),
        "tif": tiff,
        "tiff": tiff,
        "bmp": picture("BMP"),
        "txt": "What young people told us: café, “yes”, £5.\n".encode(),
        "md": b"# What we learned\n\n- listen\n",
        "csv": 'name,reply\r\n"Smith, J",very good\r\n'.encode("utf-16"),
    }
