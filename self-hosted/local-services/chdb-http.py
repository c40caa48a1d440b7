"""The part of ClickHouse's HTTP interface that @clickhouse/client uses, in front of chdb-core: the engine of ClickHouse,
in this process. It runs one query at a time, for tests and `npm run cluster`: chdb-http.py PORT DIRECTORY"""

import gzip
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlparse

from chdb import session

port, directory = int(sys.argv[1]), sys.argv[2]
engine = session.Session(directory)
one_at_a_time = Lock()

# Parameters of the interface itself; all others are settings of the query.
OF_INTERFACE = {
    "query", "query_id", "database", "session_id", "session_timeout", "default_format", "user", "password", "role",
    "enable_http_compression", "compress", "decompress", "send_progress_in_http_headers",
    "http_headers_progress_interval_ms", "wait_end_of_query", "buffer_size", "client_protocol_version",
    "cancel_http_readonly_queries_on_client_close",
}  # fmt: skip
FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
NOT_FOUND = {"60", "81"}  # unknown table, unknown database


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if urlparse(self.path).path == "/ping":
            self.answer(200, b"Ok.\n", {})
        else:
            self.run(b"")

    def do_POST(self):
        self.run(self.body())

    def body(self):
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            received = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                received += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            received = self.rfile.read(int(self.headers.get("content-length") or 0))
        return gzip.decompress(received) if self.headers.get("content-encoding") == "gzip" else received

    def answer(self, status, data, headers):
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def run(self, body):
        given = {name: values[0] for name, values in parse_qs(urlparse(self.path).query, keep_blank_values=True).items()}
        sql, data = (given["query"], body) if "query" in given else (body.decode(), b"")
        settings = {
            name: value
            for name, value in given.items()
            if name not in OF_INTERFACE and not name.startswith("param_")
        }
        parameters = {name[len("param_") :]: value for name, value in given.items() if name.startswith("param_")}
        try:
            with one_at_a_time:
                result = self.query(sql, data, settings, parameters, given)
            self.answer(200, result, {"x-clickhouse-query-id": given.get("query_id", "")})
        except Exception as error:  # the engine's errors have no class of their own
            code = re.search(r"Code: (\d+)", str(error))
            number = code.group(1) if code else "1000"
            status = 404 if number in NOT_FOUND else 500
            self.answer(status, str(error).encode(), {"x-clickhouse-exception-code": number})

    def query(self, sql, data, settings, parameters, given):
        try:
            for name, value in settings.items():
                engine.query(f"SET {name} = '{value}'")
            if data:
                result = engine.query(sql.rstrip().rstrip(";") + "\n" + data.decode())
            else:
                named = FORMAT.search(sql)
                form = named.group(1) if named else given.get("default_format", "TabSeparated")
                result = engine.query(sql[: named.start()] if named else sql, form, params=parameters or None)
            return result.bytes() if hasattr(result, "bytes") else str(result).encode()
        finally:
            for name in settings:
                engine.query(f"SET {name} = DEFAULT")


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
