"""Small documents of every kind that is taken."""

import struct
import zlib

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog /AAPL (x) >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
JPEG = (
    b"\xff\xd8"
     b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    + b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 20, 30, 1) + b"\1\x11\0"
    + b"\xff\xda" + struct.pack(">H", 8) + b"\1\1\0\0\x3f\0" + b"\x2a" * 40
    + b"\xff\xd9"
)  # fmt: skip


def png(width: int = 3, height: int = 2) -> bytes:
    """Return a PNG that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 8))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
