"""The one door to the disk: safe names, folders held by descriptor, whole files or none.

A file is written as `NAME.part`, brought to the disk, and only then given its name, which never
replaces another file. Below the folder that the user chose, every step starts from an open
folder's descriptor and follows no link, so a link planted there leads nowhere.
"""

from tuimail.files.directory import Directory, Placed
from tuimail.files.names import NAME_LIMIT, name_key, numbered_name, safe_name
from tuimail.files.part_file import PartFile
from tuimail.files.refusal import shown_path
from tuimail.files.small import read_small, write_atomically
from tuimail.files.space import free_space

__all__ = [
    "NAME_LIMIT",
    "Directory",
    "PartFile",
    "Placed",
    "free_space",
    "name_key",
    "numbered_name",
    "read_small",
    "safe_name",
    "shown_path",
    "write_atomically",
]
