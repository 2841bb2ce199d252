"""What somebody typed while the session ended: kept in the page until they are signed in again."""

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.views.signin import local_path


class KeptTextView(BaseView):
    """A page that holds a form that was sent too late. Nothing of it is stored here."""

    route_base = "/niet-opgeslagen"
    default_view = "hold"

    @expose("/", methods=["POST"])
    def hold(self) -> str | tuple[str, int] | Response:
        """Show that nothing was saved yet, with the text in a form that goes where it was going."""
        back = local_path(request.args.get("back"))
        if back is None:
            return redirect(url_for("SigninView.login"))
        typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        login = url_for("SigninView.login")
        return self.render_template("kept.html", typed=typed, back=back, login_url=login), 401
