"""fakesnow as a server that version 5 of the vendor's client understands.

Runs in the environment that `make emulators` makes: `python snowflake_server.py PORT`.
"""

import json
import sys
from importlib import import_module

import pyarrow as pa
import uvicorn
from starlette.responses import JSONResponse
from starlette.routing import Route

arrow = import_module("fakesnow.arrow")
# The package has a function of the same name.
server = import_module("fakesnow.server")


async def login(request):
    """fakesnow's own answer, and the two fields without which the client gives up."""
    answer = json.loads((await server.login_request(request)).body)
    answer["data"] |= {"masterToken": answer["data"]["token"], "sessionId": 1}
    return JSONResponse(answer)


def times_with_nulls(times):
    """fakesnow's own structs, with the null on the struct: the client refuses it inside."""
    times = times.combine_chunks() if isinstance(times, pa.ChunkedArray) else times
    struct = structs_of_times(times)
    parts = [struct.field(place).fill_null(0) for place in range(struct.type.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=list(struct.type), mask=times.is_null())


structs_of_times = arrow.timestamp_to_sf_struct
arrow.timestamp_to_sf_struct = times_with_nulls

path = "/session/v1/login-request"
routes = [route for route in server.app.router.routes if route.path != path]
server.app.router.routes[:] = [Route(path, login, methods=["POST"]), *routes]
uvicorn.run(server.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
