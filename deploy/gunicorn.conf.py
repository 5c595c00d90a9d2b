"""gunicorn's settings; the address and the number of workers come from the command line."""

import gc

worker_connections = 20_000
backlog = 2048
timeout = 60
graceful_timeout = 3
keepalive = 30
websocket_max_message_size = 256 * 1024
control_socket_disable = True


def post_fork(server, worker):
    """End with the master, however it ends."""
    from runtime.supervisor import die_with_parent

    die_with_parent()


def post_worker_init(worker):
    """Keep what was loaded out of the rounds of the garbage collector: they stop all threads.

    A turn makes some hundred objects that are gone with it, so rounds may come less often.
    """
    from runtime.web.unmasking import unmask_at_once

    unmask_at_once()
    gc.set_threshold(20_000, 20, 50)
    gc.collect()
    gc.freeze()
