"""Every reason why a login or a launch is refused: a code for support, what happened, what to do now."""

from lti_tool.errors import ToolError
from lti_tool.language import mark


class LaunchRefused(ToolError):
    """A login or a launch that cannot be accepted; all refusals of a launch are of this kind."""

    code = "launch-refused"
    message = mark("This activity could not be opened.")
    shows_detail = True


class LoginIncomplete(LaunchRefused):
    """The login request lacks a parameter, repeats one, or holds one that no platform would send."""

    code = "login-incomplete"
    message = mark("The learning platform did not send everything that is needed to sign you in.")
    remedy = mark(
        "Open the activity from your course page. If that is what you did, show this page to your administrator."
    )


class ClientIdNeeded(LaunchRefused):
    """Several registrations share the issuer and the login names none of them."""

    code = "client-id-needed"
    message = mark("The learning platform did not say which registration of this tool it uses.")
    remedy = mark("Ask your administrator to let the platform send its client ID when it starts the sign-in.")


class PlatformUnknown(LaunchRefused):
    """No registration for this issuer and client ID."""

    status = 403
    code = "platform-unknown"
    message = mark("This learning platform is not registered with Three Steps.")
    remedy = mark("Ask your administrator to register the platform; the issuer and client ID must match to the letter.")


class DeploymentUnknown(LaunchRefused):
    """The registration does not know the deployment the launch comes from."""

    status = 403
    code = "deployment-unknown"
    message = mark("This installation of Three Steps in your learning platform has not been approved yet.")
    remedy = mark("Ask your administrator to add the deployment ID shown on this page to the registration.")


class StateUnknown(LaunchRefused):
    """No ``state``, or one that we did not sign."""

    code = "state-unknown"
    message = mark("The sign-in that belongs to this page could not be found.")
    remedy = mark("Go back to your course and open the activity again. Let your browser keep cookies if it asks.")


class LaunchExpired(LaunchRefused):
    """The sign-in was begun too long ago."""

    code = "launch-expired"
    message = mark("The sign-in took longer than ten minutes and is no longer valid.")


class BrowserNotBound(LaunchRefused):
    """The launch arrives in another browser than the login, or the browser keeps no cookie."""

    status = 403
    code = "browser-not-bound"
    message = mark("The sign-in was started in another browser, or your browser did not keep the cookie it needs.")
    remedy = mark("Open the activity again from your course, or choose to open it in a new window.")


class LaunchUsed(LaunchRefused):
    """The same launch was posted before: a reload, or a replay."""

    code = "launch-used"
    message = mark("This link has already been used, for example because the page was reloaded.")


class LoginRefused(LaunchRefused):
    """The platform answered the sign-in with an error. ``detail`` holds its error code."""

    status = 403
    code = "login-refused"
    message = mark("Your learning platform did not sign you in.")
    remedy = mark("Check that you are still signed in to your course, then open the activity again.")


class TokenNotValid(LaunchRefused):
    """The ID token is not one that this platform signed for this sign-in."""

    status = 401
    code = "token-not-valid"
    message = mark("The message from your learning platform could not be verified.")
    remedy = mark("Open the activity again from your course. If this page comes back, show it to your administrator.")


class ClockDifference(LaunchRefused):
    """The token is signed, but its times do not fit our clock. ``detail`` names the difference."""

    status = 401
    code = "clock-difference"
    message = mark(
        "The times in the message from your learning platform do not fit: a clock is wrong or the link is old."
    )
    remedy = mark(
        "Open the activity again. If this page comes back, ask your administrator to check the server's clock."
    )


class PlatformKeysUnreachable(LaunchRefused):
    """The platform's public keys cannot be fetched and none is known from before."""

    status = 401
    code = "platform-keys-unreachable"
    message = mark(
        "Your learning platform's public keys cannot be read at the moment, so the message cannot be verified."
    )
    remedy = mark("Wait a minute and open the activity again. If this page stays, tell your administrator.")


class MessageNotSupported(LaunchRefused):
    """A message of LTI that this tool does not offer. ``detail`` names its type."""

    code = "message-not-supported"
    message = mark("Three Steps cannot be opened from this place in your learning platform.")
    remedy = mark("Open it as an activity in a course.")


class MessageNotValid(LaunchRefused):
    """The token is signed but lacks a required claim, or a claim has the wrong type. ``detail`` names the claim."""

    code = "message-not-valid"
    message = mark("The message from your learning platform is incomplete or has an unexpected form.")
    remedy = mark("Show this page to your administrator; the platform's settings for this tool need a look.")


class AnonymousLaunch(LaunchRefused):
    """The platform did not say who is there: a public course, or somebody who is not signed in."""

    status = 403
    code = "anonymous-launch"
    message = mark("Your learning platform did not say who you are, so nothing could be kept for you.")
    remedy = mark("Sign in to your course, then open the activity again.")


class TargetElsewhere(LaunchRefused):
    """The signed target link is not an address of this tool."""

    code = "target-elsewhere"
    message = mark("The link in your course leads to another address than this tool's.")
    remedy = mark("Ask your instructor or administrator to check the tool's address in the link's settings.")
