"""gRPC's own server with its own health service; prints the ports of one with and of one without that service.

Services: "" and "up" serve, "down" does not, "gone" is UNAVAILABLE, "slow" answers after the caller's patience.
Ends when it is killed, or after ten minutes.
"""

import threading
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

never = threading.Event()


class Health(health.HealthServicer):
    def Check(self, request, context):
        if request.service == "gone":
            context.abort(grpc.StatusCode.UNAVAILABLE, "not today")
        if request.service == "slow":
            never.wait(context.time_remaining() + 1)
        return super().Check(request, context)


def server(servicer):
    made = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    if servicer:
        health_pb2_grpc.add_HealthServicer_to_server(servicer, made)
    port = made.add_insecure_port("127.0.0.1:0")
    made.start()
    return made, port


servicer = Health()
servicer.set("", health_pb2.HealthCheckResponse.SERVING)
servicer.set("up", health_pb2.HealthCheckResponse.SERVING)
servicer.set("down", health_pb2.HealthCheckResponse.NOT_SERVING)
servers = [server(servicer), server(None)]
print(*(port for _, port in servers), flush=True)
never.wait(600)
