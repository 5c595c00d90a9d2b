"""What is kept on the disk while Redis does not answer."""

from pathlib import Path

import pytest

from runtime.errors import NoRoom
from runtime.messages import Message
from runtime.store.spool import Spool


def test_a_file_that_could_not_be_begun_is_begun_once_there_is_room(tmp_path: Path) -> None:
    spool, message = Spool(tmp_path), Message("v", "rest", "你好", id="1")
    (tmp_path / "spool.db").write_bytes(b"what a full disk leaves" * 100)
    with pytest.raises(NoRoom):
        spool.keep(message)
    (tmp_path / "spool.db").unlink()
    spool.keep(message)
    spool.keep(message)
    assert [row.message for row in spool.first()] == [message]
    spool.close()
