"""Pictures: written afresh, upright, without EXIF, within the pixel cap."""

import io
import random
import struct
import time
from dataclasses import replace

import pytest
from PIL import Image

from accelerator.core.files import DEFAULT_LIMITS, FileRefused, InspectedFile, inspect
from tests.factories import files as made


def code(content: bytes, name: str, **options: object) -> str:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name, **options)
    return caught.value.code


def kept(content: bytes, name: str) -> tuple[InspectedFile, bytes]:
    with inspect(io.BytesIO(content), name) as result:
        return result, result.content.read()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_place_profile_and_comments_are_gone(form: str) -> None:
    leaky = made.leaky_picture(form)
    assert made.LEAK.encode() in leaky
    with Image.open(io.BytesIO(leaky)) as before:
        assert before.getexif()[0x010F] == made.LEAK
        # Pillow writes no place into a TIFF.
        assert form == "TIFF" or before.getexif().get_ifd(0x8825)[1] == "N"
        assert before.info["icc_profile"]
    result, stored = kept(leaky, f"photo.{form.lower()}")
    assert result.reencoded
    assert made.LEAK.encode() not in stored
    with Image.open(io.BytesIO(stored)) as after:
        after.load()
        assert not dict(after.getexif())
        assert not set(after.info) & {"exif", "icc_profile", "comment", "xmp", "Author"}
        assert after.size == result.pixels == (40, 30)
    for mark in (b"Exif", b"eXIf", b"ICC_PROFILE", b"iCCP", b"tEXt", b"XMP ", b"ICCP"):
        assert mark not in stored


def test_a_sideways_photo_is_stored_upright() -> None:
    sideways = made.picture("JPEG", exif=made.leaky_exif(orientation=6))
    result, stored = kept(sideways, "a.jpg")
    assert result.pixels == (30, 40)
    with Image.open(io.BytesIO(stored)) as after:
        assert after.size == (30, 40)


@pytest.mark.parametrize(("form", "extension"), [("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tiff")])
def test_older_formats_become_png_and_say_so(form: str, extension: str) -> None:
    result, stored = kept(made.picture(form), f"Chart.{extension}")
    assert (result.display_name, result.extension) == ("Chart.png", "png")
    assert result.media_type == "image/png"
    assert stored.startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_keeps_its_pixels(mode: str) -> None:
    source = Image.linear_gradient("L").convert(mode) if mode != "I;16" else Image.new(mode, (9, 9))
    target = io.BytesIO()
    source.save(target, "PNG")
    _, stored = kept(target.getvalue(), "a.png")
    with Image.open(io.BytesIO(stored)) as after:
        assert after.mode == source.mode
        assert after.tobytes() == source.tobytes()


def test_transparency_survives_in_palette_pictures() -> None:
    target = io.BytesIO()
    Image.new("P", (4, 4)).save(target, "GIF", transparency=0)
    _, stored = kept(target.getvalue(), "a.gif")
    with Image.open(io.BytesIO(stored)) as after:
        assert after.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(("mode", "form"), [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("F", "TIFF")])
def test_print_colours_are_converted(mode: str, form: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (8, 8)).save(target, form)
    result, _ = kept(target.getvalue(), f"a.{form.lower()}")
    assert result.pixels == (8, 8)


def test_too_many_pixels_are_refused_before_any_is_decoded() -> None:
    started = time.monotonic()
    assert code(made.png_header(50_000, 50_000), "a.png") == "too-many-pixels"
    assert code(made.png_header(12_000, 12_000), "a.png") == "too-many-pixels"
    assert code(made.png_header(7_000, 7_000), "a.png") == "too-many-pixels"
    gif = bytearray(made.picture("GIF"))
    struct.pack_into("<HH", gif, 6, 50_000, 50_000)
    assert code(bytes(gif), "a.gif") == "too-many-pixels"
    assert time.monotonic() - started < 5
    limits = replace(DEFAULT_LIMITS, max_pixels=1199)
    assert code(made.picture("JPEG"), "a.jpg", limits=limits) == "too-many-pixels"


def test_a_picture_that_grows_past_the_size_cap_is_refused() -> None:
    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    target = io.BytesIO()
    noise.save(target, "TIFF", compression="jpeg")
    limits = replace(DEFAULT_LIMITS, max_bytes=len(target.getvalue()) + 1000)
    assert code(target.getvalue(), "a.tiff", limits=limits) == "picture-too-large"


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_several_pictures_in_one_are_refused(form: str) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, form, save_all=True, append_images=frames[1:])
    assert code(target.getvalue(), f"a.{form.lower()}") == "several-pictures"


def test_a_phone_photo_with_a_depth_map_keeps_the_photo() -> None:
    photo, depth = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (8, 6), "blue")
    target = io.BytesIO()
    photo.save(target, "MPO", save_all=True, append_images=[depth])
    result, stored = kept(target.getvalue(), "IMG_1.jpg")
    assert result.pixels == (64, 48)
    assert stored.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_anything_joined_to_a_picture_is_dropped(form: str) -> None:
    tail = made.openxml("docx") + b"<script>alert(1)</script>"
    _, stored = kept(made.picture(form) + tail, f"a.{form.lower()}")
    assert b"PK\x03\x04" not in stored
    assert b"<script>" not in stored


def test_a_jpeg_of_countless_scans_is_refused() -> None:
    progressive = made.picture("JPEG", progressive=True)
    assert 1 < progressive.count(b"\xff\xda") < 100
    assert kept(progressive, "a.jpg")[0].pixels == (40, 30)
    last = progressive.rindex(b"\xff\xda")
    bomb = progressive[:-2] + progressive[last:-2] * 200 + b"\xff\xd9"
    assert code(bomb, "a.jpg") == "damaged"


def test_broken_pictures_are_refused() -> None:
    png = bytearray(made.picture("PNG"))
    png[png.index(b"IDAT") + 8] ^= 0xFF
    assert code(bytes(png), "a.png") == "damaged"
    png = bytearray(made.picture("PNG"))
    png[-13] ^= 0xFF
    assert code(bytes(png), "a.png") == "damaged"
    assert code(made.picture("JPEG", size=(400, 300))[:-600], "a.jpg") == "damaged"
    assert code(made.png_header(100, 100000), "a.png") == "damaged"
