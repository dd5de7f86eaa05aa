"""Sources: the JSON objects of an app or a module, as they lie in a folder or a zip package."""

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.definitions.schemas import FILES
from engine.definitions.strict_json import MAX_FILE_BYTES, read_object
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import nearest

Source = Mapping[str, dict[str, Any]]
"""Objects by `<kind>/<key>`, e.g. `forms/lead`; the app's own file under `app`, a module's under `module`,
overlays under `overlays/<kind>/<key>`."""

MAX_FILES = 5_000
MAX_TOTAL_BYTES = 64 * 1024 * 1024
MAX_PACKAGE_BYTES = 32 * 1024 * 1024
MAX_RATIO = 200

NO_FOLDER = Code(
    "definition.no_folder",
    zh="没有找到文件夹“{folder}”",
    en="There is no folder “{folder}”",
    hint_zh="检查路径，或给出一个 zip 包",
    hint_en="Check the path, or give a zip package",
)
NO_MANIFEST = Code(
    "definition.no_manifest",
    zh="缺少 app.json",
    en="There is no app.json",
    hint_zh="应用文件夹的最上层要有 app.json，模块则是 module.json",
    hint_en="An app folder has app.json at its top, a module has module.json",
)
UNKNOWN_FILE = Code(
    "definition.unknown_file",
    zh="不认识的文件“{name}”",
    en="The file “{name}” has no place in an app",
    hint_zh="对象放在 {folders} 里，文件名为 <key>.json",
    hint_en="Objects live in {folders}, each as <key>.json",
)
KEY_DIFFERS = Code(
    "definition.key_differs",
    zh="文件名是“{file}”，里面的 key 却是“{key}”",
    en="The file is called “{file}” but its key is “{key}”",
    hint_zh="让两者一致",
    hint_en="Make them the same",
)
LINK_FILE = Code(
    "definition.link_file",
    zh="“{name}”是链接或特殊文件，不予读取",
    en="“{name}” is a link or a special file and is not read",
    hint_zh="放入真实的文件",
    hint_en="Put the real file there",
)
NOT_A_ZIP = Code(
    "definition.not_a_zip",
    zh="这不是可用的 zip 包",
    en="This is not a usable zip package",
    hint_zh="重新导出应用包，不要加密",
    hint_en="Export the app again, without a password",
)
UNSAFE_NAME = Code(
    "definition.unsafe_name",
    zh="包内文件名“{name}”不安全",
    en="The name “{name}” in the package is not safe",
    hint_zh="文件名只能是相对路径，由小写字母、数字、下划线组成",
    hint_en="Names are relative and made of lower-case letters, digits and underscores",
)
TWICE_IN_PACKAGE = Code(
    "definition.twice_in_package",
    zh="文件“{name}”在包内出现两次",
    en="The file “{name}” is in the package twice",
    hint_zh="重新打包",
    hint_en="Pack it again",
)
PACKAGE_TOO_BIG = Code(
    "definition.package_too_big",
    zh="应用包过大：最多 {files} 个文件、共 {bytes} 字节，且压缩比不超过 {ratio}",
    en="The package is too big: at most {files} files and {bytes} bytes in all, packed at most {ratio} to 1",
    hint_zh="删去不属于应用定义的内容",
    hint_en="Remove what is not part of the app's definition",
)

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,3}")
_BESIDE = (".md", ".csv", ".txt")
"""Endings of files that may lie beside the objects and are not read as definitions."""


def load_folder(path: str | Path) -> Source:
    """Return every object below `path`. Raise Rejected with all problems; nothing is half loaded."""
    root = Path(path)
    if not root.is_dir():
        raise Rejected(NO_FOLDER.at("", folder=str(path)))
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    for file in sorted(root.rglob("*")):
        name = file.relative_to(root).as_posix()
        if any(part.startswith((".", "__")) for part in name.split("/")):
            continue
        if file.is_symlink() or not (file.is_file() or file.is_dir()):
            problems.append(LINK_FILE.at(pointer(*name.split("/")), name=name))
        elif file.is_file():
            with file.open("rb") as handle:
                files[name] = handle.read(MAX_FILE_BYTES + 1)
    return _read(files, problems)


def load_zip(data: bytes) -> Source:
    """Return every object of a zip package. Raise Rejected with all problems; nothing is written anywhere."""
    if len(data) > MAX_PACKAGE_BYTES:
        raise Rejected(_too_big())
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            files, problems = _unpack(package)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Rejected(NOT_A_ZIP.at("")) from error
    return _read(_without_top_folder(files), problems)


def _too_big() -> Problem:
    return PACKAGE_TOO_BIG.at("", files=MAX_FILES, bytes=MAX_TOTAL_BYTES, ratio=MAX_RATIO)


def _unpack(package: zipfile.ZipFile) -> tuple[dict[str, bytes], list[Problem]]:
    # Sizes are counted while reading: the numbers in a zip's directory may lie.
    infos = package.infolist()
    if len(infos) > MAX_FILES:
        raise Rejected(_too_big())
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    total = 0
    for info in infos:
        # orig_filename: zipfile has already cut at NUL and turned backslashes in `filename`.
        name = info.orig_filename
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() and _is_safe(name.rstrip("/")):
            continue
        if kind not in (0, stat.S_IFREG):
            problems.append(LINK_FILE.at(pointer(*name.split("/")), name=name))
        elif not _is_safe(name):
            problems.append(UNSAFE_NAME.at("", name=name))
        elif name.casefold() in {seen.casefold() for seen in files}:
            problems.append(TWICE_IN_PACKAGE.at(pointer(*name.split("/")), name=name))
        else:
            with package.open(info) as handle:
                content = handle.read(MAX_FILE_BYTES + 1)
            total += len(content)
            if total > MAX_TOTAL_BYTES or len(content) > MAX_RATIO * max(info.compress_size, 1024):
                raise Rejected(_too_big())
            files[name] = content
    return files, problems


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return _NAME.fullmatch(name) is not None and not any(part in ("", ".", "..") for part in parts)


def _without_top_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    # People zip the folder itself as often as its content.
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) == 1:
        top = tops.pop()
        if f"{top}/app.json" in files or f"{top}/module.json" in files:
            return {name[len(top) + 1 :]: content for name, content in files.items()}
    return dict(files)


def _read(files: Mapping[str, bytes], problems: list[Problem]) -> Source:
    source: dict[str, dict[str, Any]] = {}
    for name, data in files.items():
        place = _place(name)
        if place is None:
            if (not name.endswith(_BESIDE) and "/" in name) or name.endswith(".json"):
                problems.append(_unknown(name))
            continue
        found = read_object(data, pointer(*place.split("/")))
        if isinstance(found, Problem):
            problems.append(found)
            continue
        problems.extend(_key_problem(place, found))
        source[place] = found
    if "app" not in source and "module" not in source and not problems:
        problems.append(NO_MANIFEST.at(""))
    if problems:
        raise Rejected(problems)
    return source


def _place(name: str) -> str | None:
    # The place of a file among the objects: "forms/lead.json" is "forms/lead".
    if not name.endswith(".json"):
        return None
    parts = name[: -len(".json")].split("/")
    if parts in (["app"], ["module"]):
        return parts[0]
    if len(parts) == 2 and parts[0] in FILES:
        return "/".join(parts)
    if len(parts) == 3 and parts[0] == "overlays" and parts[1] in FILES:
        return "/".join(parts)
    return None


def _unknown(name: str) -> Problem:
    folders = [kind.kind for kind in FILES if kind.kind not in ("app", "module")]
    close = nearest(name.split("/", maxsplit=1)[0], folders) or folders
    return UNKNOWN_FILE.at(pointer(*name.split("/")), name=name, folders=", ".join(f"{f}/" for f in close))


def _key_problem(place: str, found: Mapping[str, Any]) -> Iterable[Problem]:
    parts = place.split("/")
    key = found.get("key")
    if len(parts) == 2 and isinstance(key, str) and key != parts[1]:
        yield KEY_DIFFERS.at(pointer(*parts, "key"), file=parts[1], key=key)
