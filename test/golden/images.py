"""Writes images.json: small PNG and JPEG files of every kind, with the samples that Pillow reads from them (base64;
little-endian where they have 16 bits).

Run with a Python that has torch, torchvision and Pillow: python3 test/golden/images.py
"""
import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import torch
import torchvision.transforms.functional as TF
from PIL import Image

rng = np.random.default_rng(7)
cases = []


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width, height, depth, color_type, rows, interlaced=False):
    """A PNG of packed rows, for what Pillow cannot write itself. `rows` maps a sub-image to its packed lines."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    data = b""
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for line in rows(x, y, dx, dy):
            data += b"\0" + line
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def packed(array, kind):
    return base64.b64encode(np.ascontiguousarray(array).astype(kind).tobytes()).decode()


def pack(values, depth):
    bits = "".join(format(int(v), f"0{depth}b") for v in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def sub_rows(pixels, depth):
    def rows(x, y, dx, dy):
        part = pixels[y::dy, x::dx]
        return [] if part.size == 0 else [pack(line.reshape(-1), depth) for line in part]

    return rows


def add(name, data, bits=8, mask=None):
    image = Image.open(io.BytesIO(data))
    if image.mode.startswith("I"):
        pixels = np.array(image).astype(np.int64)
    else:
        grey = image.mode in ("1", "L", "LA")
        pixels = np.array(image.convert("L" if grey else "RGB"))
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(data).decode(),
            "width": image.width,
            "height": image.height,
            "channels": 1 if pixels.ndim == 2 else 3,
            "bitDepth": bits,
            "samples": packed(pixels, "<u2" if bits == 16 else "u1"),
            **({"indexes": mask} if mask else {}),
        }
    )


def saved(image, fmt="PNG", **options):
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


smooth = np.add.outer(np.arange(9) * 13, np.arange(11) * 9).astype(np.uint8)
color = np.stack([smooth, smooth[::-1], 255 - smooth], -1)
alpha = rng.integers(0, 256, (9, 11, 1), dtype=np.uint8)

for depth in (1, 2, 4):
    values = rng.integers(0, 2**depth, (9, 11))
    for interlaced in (False, True):
        name = f"grey {depth} bit" + (" interlaced" if interlaced else "")
        add(name, raw_png(11, 9, depth, 0, sub_rows(values, depth), interlaced))
add("grey 8 bit", saved(Image.fromarray(smooth)))
add("grey 8 bit interlaced", raw_png(11, 9, 8, 0, sub_rows(smooth, 8), True))
deep = rng.integers(0, 65536, (9, 11)).astype(np.uint16)
add("grey 16 bit", raw_png(11, 9, 16, 0, sub_rows(deep, 16)), bits=16)
add("grey alpha", saved(Image.fromarray(np.concatenate([smooth[..., None], alpha], -1), "LA")))
add("rgb", saved(Image.fromarray(color)))
add("rgb interlaced", raw_png(11, 9, 8, 2, sub_rows(color, 8), True))
add("rgba", saved(Image.fromarray(np.concatenate([color, alpha], -1))))
noise = rng.integers(0, 256, (31, 29, 3), dtype=np.uint8)
add("rgb with every filter", saved(Image.fromarray((noise // 8 + np.arange(29)[:, None] * 5).astype(np.uint8)), optimize=True))
indexes = rng.integers(0, 5, (9, 11)).astype(np.uint8)
indexed = Image.fromarray(indexes, "P")
indexed.putpalette([0, 0, 0, 230, 159, 0, 86, 180, 233, 0, 158, 115, 240, 228, 66])
add("palette 8 bit", saved(indexed, bits=8), mask=indexes.reshape(-1).tolist())
add("palette 4 bit", saved(indexed, bits=4), mask=indexes.reshape(-1).tolist())
add("palette with transparency", saved(indexed, bits=8, transparency=0), mask=indexes.reshape(-1).tolist())
add("one pixel", saved(Image.fromarray(np.array([[200]], np.uint8))))

wide = np.add.outer(np.arange(20) * 9, np.arange(35) * 2).astype(np.uint8)
add("jpeg grey", saved(Image.fromarray(wide), "JPEG", quality=92))
wide_color = np.stack([wide, wide[::-1], 255 - wide], -1)
wide_color[5:9, 7:20] = rng.integers(0, 256, (4, 13, 3))
photo = Image.fromarray(wide_color)
add("jpeg 4:4:4", saved(photo, "JPEG", quality=92, subsampling=0))
add("jpeg 4:2:2", saved(photo, "JPEG", quality=92, subsampling=1))
add("jpeg 4:2:0", saved(photo, "JPEG", quality=75, subsampling=2))
add("jpeg 4:2:0 of low quality", saved(photo, "JPEG", quality=10, subsampling=2))
add("jpeg 4:2:0 of odd size", saved(photo.crop((0, 0, 33, 17)), "JPEG", quality=90, subsampling=2))
add("jpeg 4:2:0 of three columns", saved(photo.crop((8, 0, 11, 20)), "JPEG", quality=90, subsampling=2))
add("jpeg 4:4:0", saved(photo.rotate(90, expand=True), "JPEG", quality=90, subsampling=1))
add("jpeg progressive", saved(photo, "JPEG", quality=92, subsampling=0, progressive=True))
add("jpeg progressive 4:2:0", saved(photo, "JPEG", quality=85, subsampling=2, progressive=True))
add("jpeg with optimal tables", saved(photo, "JPEG", quality=85, subsampling=2, optimize=True))
add("jpeg with restart markers", saved(photo, "JPEG", quality=85, subsampling=2, restart_marker_blocks=2))
add("jpeg rgb", saved(photo, "JPEG", quality=95, keep_rgb=True))
add("jpeg cmyk", saved(photo.convert("CMYK"), "JPEG", quality=95, subsampling=0))

turned = []
marked = np.zeros((16, 24), np.uint8)
marked[:8, :8] = 255  # one bright corner and one grey one tell all eight orientations apart
marked[8:, :8] = 128
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(marked), "JPEG", quality=95, exif=exif)
    from PIL import ImageOps

    pixels = np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    turned.append(
        {
            "orientation": orientation,
            "file": base64.b64encode(data).decode(),
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "samples": packed(pixels, "u1"),
        }
    )

resized = []
for mode in ("RGB", "L"):
    picture = Image.fromarray(color).convert(mode)
    for height, width in [(9, 11), (4, 5), (18, 22), (6, 17), (1, 1), (9, 40)]:
        # What a DataLoader with transforms.Resize and transforms.ToTensor gives, times 255.
        tensor = TF.to_tensor(TF.resize(picture, [height, width])) * 255
        values = packed(tensor.round().numpy(), "u1")
        resized.append({"channels": len(mode), "height": height, "width": width, "values": values})
deep_tensor = torch.from_numpy(deep.astype(np.float32) / 65535)[None]
deep_resized = []
for height, width in [(4, 5), (18, 22)]:
    tensor = TF.resize(deep_tensor, [height, width], antialias=True)
    values = [round(v, 6) for v in tensor.reshape(-1).tolist()]
    deep_resized.append({"height": height, "width": width, "values": values})
nearest = []
for height, width in [(5, 7), (18, 22), (13, 6)]:
    small = Image.fromarray(indexes).resize((width, height), Image.NEAREST)
    nearest.append({"height": height, "width": width, "values": np.array(small).reshape(-1).tolist()})

target = pathlib.Path(__file__).with_name("images.json")
document = {
    "cases": cases,
    "turned": turned,
    "resized": {"image": "rgb", "sizes": resized},
    "deepResized": {"image": "grey 16 bit", "sizes": deep_resized},
    "nearest": {"image": "palette 8 bit", "sizes": nearest},
}
target.write_text(json.dumps(document, indent=None).replace('}, {', '},\n {') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
