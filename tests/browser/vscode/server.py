"""A Jupyter server that prints its port once it does listen; its own lines about its address come before that."""

import sys

from jupyter_server.serverapp import ServerApp

app = ServerApp.instance()
app.initialize(sys.argv[1:])
app.io_loop.add_callback(lambda: print(app.port, flush=True))
app.start()
