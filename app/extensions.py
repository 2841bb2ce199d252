"""The extensions, unbound; create_app() binds them."""

from flask_appbuilder import Model
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

# FAB's own SQLA() makes metadata of its own, of which alembic sees nothing.
db = SQLAlchemy(
    model_class=Model,
    session_options={"expire_on_commit": False},
)
migrate = Migrate()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
mail = Mail()
