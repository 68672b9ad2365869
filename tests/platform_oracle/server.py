"""Open edX's own LTI platform without the rest of Open edX: runs in a process of its own, never imported by a test.

The package ``lti-consumer-xblock`` (AGPL) does all the speaking: login, launch gate, key set, tokens, line items,
scores, results, memberships, deep linking. This file gives it what it expects around it and nothing of LTI: settings,
a database in a temporary folder, courses with people, and the places where it asks the learning management system.

Started with a pipe on its standard input, it prints one line of JSON with its address and ends when the pipe closes.
Below ``/desk/`` a test arranges courses and looks into the gradebook; everything else is the package's own.
"""

import json
import os
import sys
import tempfile
import threading
import uuid
from datetime import datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

FOLDER = tempfile.TemporaryDirectory(prefix="open-edx-")

settings.configure(
    SECRET_KEY=uuid.uuid4().hex,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[__name__ + ".signed_in", __name__ + ".losing_answers"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "config_models",
        "rest_framework",
        "django_filters",
        "lti_consumer",
    ],
    # Tables are made from the models: two dozen historic migrations would only cost time.
    MIGRATION_MODULES=dict.fromkeys(["auth", "contenttypes", "config_models", "lti_consumer"]),
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(FOLDER.name) / "open-edx.sqlite",
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    OPENEDX_TELEMETRY=[],
    PLATFORM_NAME="Open edX",
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"errors": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["errors"], "level": "WARNING"},
    },
    USAGE_ID_PATTERN=r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))",
)
django.setup()

from django.contrib.auth.models import AnonymousUser, User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path
from lti_consumer import LtiConsumerXBlock, api, models
from lti_consumer.lti_1p3 import consumer
from lti_consumer.models import CourseAllowPIISharingInLTIFlag, Lti1p3Passport, LtiConfiguration, LtiDlContentItem
from lti_consumer.plugin import compat
from opaque_keys.edx.keys import UsageKey
from xblock.field_data import DictFieldData
from xblock.fields import DateTime, Scope, ScopeIds
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import DictKeyValueStore, KvsFieldData, MemoryIdManager, Runtime


class Enrolled:
    """A person in a course, with the id that tools may know."""

    def __init__(self, user, role, *, full_name="", is_staff=False):
        self.user, self.name = user, user.username
        self.role, self.full_name, self.is_staff = role, full_name, is_staff
        self.external_user_id = str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))

    def as_xblock_user(self):
        """Return what Open edX's user service says of somebody who is signed in."""
        user = XBlockUser(is_current_user=True, emails=[f"{self.name}@example.org"], full_name=self.full_name)
        user.opt_attrs = {
            "edx-platform.is_authenticated": True,
            "edx-platform.user_id": self.user.id,
            "edx-platform.username": self.name,
            "edx-platform.user_role": self.role,
            "edx-platform.user_is_staff": self.is_staff,
        }
        return user


class Block(LtiConsumerXBlock):
    """The package's own block with the fields that every block of Open edX inherits from its course."""

    start = DateTime(scope=Scope.settings)
    due = DateTime(scope=Scope.settings)
    graceperiod = None


class Course:
    """One course with one activity of the tool in it, and everybody who is enrolled."""

    display_name_with_default = "Mentoring in Health Professions"
    display_org_with_default = "Open University Hospital"

    def __init__(self, usage_key, fields, people):
        self.usage_key = usage_key
        self.fields = fields
        self.people = people
        self.gradebook = []

    def block(self, name=None):
        """Return the package's own block, bound to a person of the course or to nobody."""
        ids = ScopeIds(name, "lti_consumer", self.usage_key, self.usage_key)
        runtime = LmsRuntime(self, self.people.get(name))
        return Block(runtime, field_data=DictFieldData(dict(self.fields)), scope_ids=ids)


class Users(UserService):
    """The user service that a block asks who is there."""

    def __init__(self, person):
        super().__init__()
        self._person = person

    def get_current_user(self):
        """Return the one for whom the block was loaded."""
        return self._person.as_xblock_user()

    def get_external_user_id(self, _kind):
        """Return the id that tools may know."""
        return self._person.external_user_id


class LmsRuntime(Runtime):
    """What surrounds a block; its gradebook keeps every signal that the block publishes."""

    def __init__(self, course, person):
        rebind = SimpleNamespace(rebind_noauth_module_to_user=lambda block, user: None)
        services = {"rebind_user": rebind} | ({"user": Users(person)} if person else {})
        super().__init__(MemoryIdManager(), KvsFieldData(DictKeyValueStore()), services=services)
        self._course = course

    def publish(self, block, event_type, event_data):
        """Keep the signal, with the name of the person instead of their number."""
        name = User.objects.get(id=event_data["user_id"]).username
        self._course.gradebook.append({**event_data, "type": event_type, "person": name})

    def handler_url(self, *args, **kwargs):
        """Refuse: no page of Open edX is shown here."""
        raise NotImplementedError

    resource_url = local_resource_url = handler_url


COURSES = {}
LOSE_ANSWERS = []


def everyone():
    """Return everybody in every course, by their external id."""
    return {each.external_user_id: each for course in COURSES.values() for each in course.people.values()}


def course_of(course_key):
    """Return the course by its own key."""
    return next(each for each in COURSES.values() if each.usage_key.context_key == course_key)


def user_with(external_user_id):
    """Return whom a tool means by this id."""
    found = everyone().get(external_user_id)
    if found is None:
        raise compat.LtiError("Invalid User")
    return found.user


def members_of(course_key):
    """Return the members as Open edX's course interface gives them: by user id."""
    return {
        each.user.id: {
            "id": each.user.id,
            "username": each.name,
            "name": each.full_name,
            "email": f"{each.name}@example.org",
            "roles": [each.role],
        }
        for each in course_of(course_key).people.values()
    }


def external_ids_of(users):
    """Return who has which external id, by user id."""
    wanted = set(users.prefetch_related(None).values_list("id", flat=True))
    return {each.user.id: each for each in everyone().values() if each.user.id in wanted}


def may_author(user, course_key):
    """Tell whether a person may change the course."""
    person = course_of(course_key).people.get(user.username)
    return person is not None and person.role in ("instructor", "staff")


def forum_role_of(user_id, course_key):
    """Return the role in the forum that Open edX takes for a teaching assistant's; None for everybody else."""
    roles = {each.user.id: each.role for each in course_of(course_key).people.values()}
    return roles[user_id] if roles[user_id] in ("Community TA", "Group Moderator") else None


compat.load_enough_xblock = lambda location: COURSES[str(location)].block()
compat.load_block_as_user = compat.load_enough_xblock
compat.get_course_by_id = course_of
compat.get_course_members = members_of
compat.merge_course_forum_roles = lambda course_key, members: members
compat.get_user_course_forum_role = forum_role_of
compat.get_user_from_external_user_id = user_with
compat.batch_get_or_create_externalids = external_ids_of
compat.user_has_studio_write_access = may_author
# For every request the package loads its key twice, and each time a twentieth of a second goes into proving primes.
consumer.PlatformKeyHandler = models.PlatformKeyHandler = cache(consumer.PlatformKeyHandler)


def signed_in(get_response):
    """Let the cookie ``person`` stand for Open edX's own session."""

    def answer(request):
        request.user = User.objects.filter(username=request.COOKIES.get("person")).first() or AnonymousUser()
        return get_response(request)

    return answer


def losing_answers(get_response):
    """Do what was asked and lose the answer on the way, once for each time that a test wished so."""

    def answer(request):
        response = get_response(request)
        ending = next((each for each in LOSE_ANSWERS if request.path.endswith(each)), None)
        if ending is None:
            return response
        LOSE_ANSWERS.remove(ending)
        return HttpResponse("the answer was lost", status=502)

    return answer


def arrange(request):
    """Make a course with one activity, and say what Open edX's Studio shows an author who registers the tool."""
    wanted = json.loads(request.body)
    key = UsageKey.from_string(f"block-v1:Hospital+{uuid.uuid4().hex[:8]}+2026+type@lti_consumer+block@workshop")
    fields = {"lti_version": "lti_1p3", "has_score": True, "lti_1p3_passport_id": _passport(wanted["fields"])}
    people = _people(wanted["people"])
    course = COURSES[str(key)] = Course(key, fields | _values(wanted["fields"]), people)
    if wanted["shares_names"]:
        CourseAllowPIISharingInLTIFlag.objects.create(course_id=key.context_key, enabled=True)
    shown = api.get_lti_1p3_launch_info(course.block(next(iter(people))).get_lti_1p3_launch_data())
    services = f"/api/lti_consumer/v1/lti/{LtiConfiguration.objects.get(location=key).id}"
    ids = {each.name: each.external_user_id for each in people.values()}
    known = {"issuer": settings.LTI_API_BASE, "services": settings.LTI_API_BASE + services}
    return JsonResponse({"block": str(key), "ids": ids, **known, **shown})


def _passport(fields):
    """Make the package's record of keys. Two keys take turns, so that two courses of one test have one each."""
    pem, kid = _key(len(COURSES) % 2)
    made = Lti1p3Passport.objects.create(
        lti_1p3_internal_private_key=pem,
        lti_1p3_internal_private_key_id=kid,
        lti_1p3_tool_keyset_url=fields["lti_1p3_tool_keyset_url"],
    )
    return str(made.passport_id)


@cache
def _key(_turn):
    """Make a key in less time than the package takes for one, and its name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode(), str(uuid.uuid4())


def _people(wanted):
    User.objects.bulk_create([User(username=name) for name in wanted], ignore_conflicts=True)
    found = User.objects.in_bulk(list(wanted), field_name="username")
    return {name: Enrolled(found[name], **values) for name, values in wanted.items()}


def _values(fields):
    return {name: datetime.fromisoformat(text) if name == "due" else text for name, text in fields.items()}


def opened(request):
    """Sign a person in and send their browser where the activity's frame leads, or where an author chooses content."""
    person = request.GET["person"]
    launch_data = COURSES[request.GET["block"]].block(person).get_lti_1p3_launch_data()
    if "choose" in request.GET:
        address = api.get_lti_1p3_launch_start_url(launch_data, deep_link_launch=True)
    else:
        address = api.get_lti_1p3_content_url(launch_data)
    response = HttpResponseRedirect(address)
    response.set_cookie("person", person)
    return response


def seen(request):
    """Show the signals that arrived at the gradebook, and the content that was chosen."""
    course = COURSES[request.GET["block"]]
    chosen = LtiDlContentItem.objects.filter(lti_configuration__location=course.usage_key)
    content = [{"type": each.content_type, **each.attributes} for each in chosen]
    return JsonResponse({"gradebook": course.gradebook, "content": content})


def new_key(request):
    """Forget a course's signing key: the package makes another when it next needs one."""
    held = Lti1p3Passport.objects.filter(lticonfiguration__location=UsageKey.from_string(request.GET["block"]))
    return JsonResponse({"changed": held.update(lti_1p3_internal_private_key="", lti_1p3_internal_public_jwk="")})


def lose_answer(request):
    """Lose the answer to the next request whose path ends so."""
    LOSE_ANSWERS.append(request.GET["ending"])
    return JsonResponse({})


urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("desk/arrange", arrange),
    path("desk/open", opened),
    path("desk/seen", seen),
    path("desk/new-key", new_key),
    path("desk/lose-answer", lose_answer),
]


class Quiet(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log_message(self, *args):
        """Write nothing."""


def main():
    """Serve on a free port of this machine until the parent lets go of the pipe."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    settings.LMS_ROOT_URL = settings.LTI_API_BASE = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps({"url": settings.LTI_API_BASE}) + "\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    FOLDER.cleanup()
    os._exit(0)  # threads may still hold connections; nothing is left to save


if __name__ == "__main__":
    main()
