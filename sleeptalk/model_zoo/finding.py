"""An organism by whatever the user names it: a shipped name, a pulled one, or a folder."""

from pathlib import Path

from sleeptalk.errors import UnknownNameError
from sleeptalk.model_zoo.pulled import find_pulled, pulled_organisms
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, read_record, shipped_organisms, zoo_folder


def find(name_or_folder: str) -> tuple[Organism, Path]:
    """Record and folder of an organism.

    Raises:
        UnknownNameError: nothing is called so.
        InputFileError: the record is malformed.
    """
    shipped = shipped_organisms().get(name_or_folder)
    if shipped:
        return shipped, zoo_folder() / shipped.name
    if pulled := find_pulled(name_or_folder):
        return pulled.organism, pulled.folder
    folder = Path(name_or_folder).expanduser()
    if (folder / RECORD_FILE).is_file():
        return read_record(folder), folder
    known = [*shipped_organisms(), *(one.label for one in pulled_organisms())]
    raise UnknownNameError("organism", name_or_folder, known, f"Or give a folder with an {RECORD_FILE}.")
