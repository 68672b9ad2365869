"""The platform's services: JWKS, tokens, line items, scores, results and memberships."""

import asyncio
import hmac
import json
import random
import time
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from launchbench.claims import ROLE, person
from launchbench.config import Faults
from launchbench.config import Platform as Settings
from launchbench.keys import Signer, unverified_claims
from launchbench.wire import Message, Reply, ServerConnection

LINEITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


class Platform:
    """Answers a tool's service calls from memory, as slowly and as badly as asked."""

    def __init__(self, settings: Settings, signer: Signer, faults: Faults | None = None) -> None:
        self.settings = settings
        self.signer = signer
        self.seen: Counter[str] = Counter()
        self.arrivals: list[tuple[float, str, str, float]] = []
        self.lineitems: dict[str, dict[str, dict]] = {}
        self.scores: dict[tuple[str, str], dict] = {}
        self._server: asyncio.Server | None = None
        self.misbehave(faults or Faults())

    def misbehave(self, faults: Faults) -> None:
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - the same faults again for the same seed

    async def start(self) -> None:
        host, _, port = self.settings.listen.rpartition(":")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: ServerConnection(self.answer, self._opened), host, int(port), backlog=1024
        )

    def stop(self) -> None:
        if self._server:
            self._server.close()

    def forget(self) -> None:
        """Start the next measurement with empty books."""
        self.seen.clear()
        self.arrivals.clear()
        self.scores.clear()

    def _opened(self) -> None:
        self.seen["connections"] += 1

    def answer(self, request: Message) -> Reply:
        url = urlsplit(request.target.decode())
        fault = self._fault(url.path)
        if fault and (fault.hang_up or fault.status != 200):
            return fault
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        reply = self._route(request, url.path.strip("/").split("/"), query)
        return reply._replace(delay=fault.delay) if fault else reply

    def _fault(self, path: str) -> Reply | None:
        faults = self.faults
        if not any(path.startswith(prefix) for prefix in faults.paths):
            return None
        delay = (faults.latency_ms + self._random.random() * faults.jitter_ms) / 1000
        dice = self._random.random()
        for status, share in faults.status.items():
            dice -= share
            if dice < 0:
                self.seen[f"injected {status}"] += 1
                retry = f"Retry-After: {faults.retry_after}\r\n" if faults.retry_after else ""
                return Reply(int(status), b'{"error":"injected"}', headers=retry, delay=delay)
        if dice < faults.drop:
            self.seen["injected drop"] += 1
            return Reply(delay=delay, hang_up=True)
        return Reply(delay=delay)

    def _route(self, request: Message, path: list[str], query: dict[str, str]) -> Reply:
        method = request.method
        match path:
            case ["jwks"]:
                self.seen["jwks"] += 1
                return Reply(body=self.signer.jwks())
            case ["token"] if method == b"POST":
                return self._token(request)
            case ["ags" | "nrps", *_] if not self._authorised(request):
                self.seen["unauthorised"] += 1
                return Reply(401, b'{"error":"invalid_token"}')
            case ["ags", context, "lineitems"]:
                return self._lineitems(request, context, query)
            case ["ags", context, "lineitems", item]:
                return self._lineitem(request, context, item)
            case ["ags", context, "lineitems", item, "scores"] if method == b"POST":
                return self._score(request, context, item)
            case ["ags", context, "lineitems", item, "results"] if method == b"GET":
                return self._results(context, item, query)
            case ["nrps", _, "memberships"] if method == b"GET":
                return self._members(path[1], query)
        self.seen["not found"] += 1
        return Reply(404, b'{"error":"not found"}')

    def _token(self, request: Message) -> Reply:
        self.seen["tokens"] += 1
        form = {key: values[0] for key, values in parse_qs(request.text()).items()}
        try:
            assertion = unverified_claims(form["client_assertion"])
            valid = (
                form["grant_type"] == "client_credentials"
                and assertion["sub"] == self.settings.client_id
                and assertion["exp"] > time.time()
            )
        except (KeyError, ValueError, IndexError):
            valid = False
        if not valid:
            return Reply(400, b'{"error":"invalid_client"}')
        lifetime = self.settings.token_lifetime
        granted = {
            "access_token": self._seal(f"{int(time.time()) + lifetime}"),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "scope": form.get("scope", ""),
        }
        return Reply(body=json.dumps(granted).encode())

    def _authorised(self, request: Message) -> bool:
        scheme, _, token = (request.header(b"authorization") or b"").decode().partition(" ")
        expires = token.partition(".")[0]
        return (
            scheme.lower() == "bearer"
            and hmac.compare_digest(token, self._seal(expires))
            and int(expires) > time.time()
        )

    def _seal(self, expires: str) -> str:
        """An access token that says when it ends, and so outlives this process."""
        seal = hmac.new(self.signer.jwks(), expires.encode(), "sha256").hexdigest()
        return f"{expires}.{seal}"

    def _items(self, context: str) -> dict[str, dict]:
        return self.lineitems.setdefault(context, {})

    def _item(self, context: str, item: str) -> dict:
        """A line item; one that a launch named exists from the start."""
        items = self._items(context)
        if item not in items and item.startswith(context):
            items[item] = {
                "id": f"{self.settings.base}/ags/{context}/lineitems/{item}",
                "scoreMaximum": 100,
                "label": "Mentoring workshop",
                "resourceLinkId": item,
            }
        return items.get(item, {})

    def _lineitems(self, request: Message, context: str, query: dict[str, str]) -> Reply:
        items = self._items(context)
        if request.method == b"POST":
            self.seen["lineitems created"] += 1
            body = json.loads(request.body)
            name = f"item-{len(items) + 1}"
            body["id"] = f"{self.settings.base}/ags/{context}/lineitems/{name}"
            items[name] = body
            return Reply(201, json.dumps(body).encode(), LINEITEM)
        self.seen["lineitems listed"] += 1
        wanted = {
            "resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"
        }  # fmt: skip
        found = [
            item
            for item in items.values()
            if all(item.get(wanted[key]) == query[key] for key in wanted if key in query)
        ]
        return Reply(body=json.dumps(found).encode(), content_type=LINEITEMS)

    def _lineitem(self, request: Message, context: str, item: str) -> Reply:
        found = self._item(context, item)
        if not found:
            return Reply(404, b'{"error":"no such line item"}')
        if request.method == b"PUT":
            found |= json.loads(request.body)
        elif request.method == b"DELETE":
            del self._items(context)[item]
            return Reply(204)
        self.seen["lineitems read"] += 1
        return Reply(body=json.dumps(found).encode(), content_type=LINEITEM)

    def _score(self, request: Message, context: str, item: str) -> Reply:
        if not self._item(context, item):
            return Reply(404, b'{"error":"no such line item"}')
        score = json.loads(request.body)
        previous = self.scores.get((item, score["userId"]))
        if previous and score["timestamp"] < previous["timestamp"]:
            self.seen["scores out of date"] += 1
            return Reply(409, b'{"error":"older than the score on record"}')
        self.seen["scores"] += 1
        self.scores[item, score["userId"]] = score
        given = float(score.get("scoreGiven", -1))
        self.arrivals.append((time.perf_counter(), item, score["userId"], given))
        return Reply(200, b"{}")

    def _results(self, context: str, item: str, query: dict[str, str]) -> Reply:
        self.seen["results"] += 1
        url = f"{self.settings.base}/ags/{context}/lineitems/{item}"
        found = [
            {
                "id": f"{url}/results/{user}",
                "scoreOf": url,
                "userId": user,
                "resultScore": score.get("scoreGiven"),
                "resultMaximum": score.get("scoreMaximum"),
            }
            for (of, user), score in self.scores.items()
            if of == item and query.get("user_id", user) == user
        ]
        return Reply(body=json.dumps(found).encode(), content_type=RESULTS)

    def _members(self, context: str, query: dict[str, str]) -> Reply:
        self.seen["membership pages"] += 1
        size = min(int(query.get("limit") or self.settings.page_size), self.settings.page_size)
        first = int(query.get("from") or 0)
        last = min(first + size, self.settings.members)
        url = f"{self.settings.base}/nrps/{context}/memberships"
        page = {
            "id": url,
            "context": {"id": context, "label": "MENT-101", "title": "Mentoring"},
            "members": [_member(number) for number in range(first, last)],
        }
        more = f'Link: <{url}?limit={size}&from={last}>; rel="next"\r\n'
        return Reply(
            body=json.dumps(page).encode(),
            content_type=MEMBERS,
            headers=more if last < self.settings.members else "",
        )


def _member(number: int) -> dict:
    known = person(number)
    role = "Instructor" if number % 200 == 199 else "Learner"
    return {
        "status": "Active",
        "user_id": known["sub"],
        "name": known["name"],
        "given_name": known["given_name"],
        "family_name": known["family_name"],
        "email": known["email"],
        "roles": [f"{ROLE}membership#{role}"],
    }
