"""Pictures are never kept as they came: they are decoded, turned upright, shrunk and written anew.

So what a phone hid in the file (place, time, owner, a second picture) is gone, and what is stored is a
picture whatever the sender made.
"""

import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import pi_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from hms.files.errors import FileRejected

MAX_SIDE = 2000
THUMBNAIL_SIDE = 400
# The largest phone cameras give 50 megapixels; more is a trap for the memory.
MAX_PIXELS = 64_000_000
# What each sniffed type may be decoded as: no other decoder of Pillow is reachable.
DECODERS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/gif": ("GIF",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
}
LOSSLESS = {"image/png", "image/gif"}

pi_heif.register_heif_opener()


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture and its thumbnail."""

    content: bytes
    content_type: str
    width: int
    height: int
    thumbnail: bytes


def reencode(file: BinaryIO, content_type: str) -> Picture:
    """Decode a picture of a known type and write it anew, without metadata.

    Raises:
        FileRejected: when it is too large to decode, damaged, or not what it says it is.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of size and odd metadata; size is judged here
            with Image.open(file, formats=DECODERS[content_type]) as source:
                if source.width * source.height > MAX_PIXELS:
                    raise FileRejected(_("The picture has too many pixels. Send a smaller one."))
                image = _upright(source)
        transparent = image.mode == "RGBA"
        target = "image/png" if transparent or content_type in LOSSLESS else "image/jpeg"
        small = image.copy()
        small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        return Picture(_encode(image, target), target, image.width, image.height, _encode(small, target))
    except FileRejected:
        raise
    except Image.DecompressionBombError:
        raise FileRejected(_("The picture has too many pixels. Send a smaller one.")) from None
    except (UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, EOFError, IndexError, KeyError,
            OverflowError, ZeroDivisionError, RuntimeError, MemoryError):  # fmt: skip
        # A damaged file can fail anywhere in a decoder; none of it is the server's fault.
        raise FileRejected(_("The picture could not be read. It may be damaged.")) from None


def _upright(source: Image.Image) -> Image.Image:
    """The first frame, at most `MAX_SIDE`, turned as the camera meant, in sRGB or with transparency."""
    profile = source.info.get("icc_profile")
    if source.format in ("JPEG", "MPO"):
        source.draft("RGB", (MAX_SIDE, MAX_SIDE))  # decodes only as many pixels as are needed
    # The PDF library switches this on for the whole process: half a picture must be refused all the same.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    source.load()
    image = ImageOps.exif_transpose(source)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    transparent = image.has_transparency_data
    image = _in_srgb(image, profile) if not transparent else image
    plain = image.convert("RGBA" if transparent else "RGB")
    # A new canvas carries pixels and nothing else, however a format hands its metadata on.
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as they looked: the camera's colour profile is applied, since it is not kept."""
    if not profile or image.mode not in {"RGB", "CMYK", "L"}:
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image
    return converted or image


def _encode(image: Image.Image, content_type: str) -> bytes:
    out = io.BytesIO()
    if content_type == "image/png":
        image.save(out, "PNG", optimize=image.width * image.height < 1_000_000)
    else:
        image.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return out.getvalue()
