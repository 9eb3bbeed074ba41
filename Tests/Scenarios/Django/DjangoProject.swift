import Foundation

/// A Django project with an app of its own, at four tags: `django42`, `django52` (a new column that a
/// data migration fills), `code52` (only code changes) and `broken` (a migration that fails half-way
/// on a site with a certain author).
struct DjangoProject {
  let farm: Farm
  /// Files of the first tag that are other ones, or come besides.
  var extra: [String: String] = [:]
  /// What pages begin with at `django42`, `django52` and `code52`.
  var greetings = ["Good morning", "Good morning", "Good evening"]

  /// Replaces the farm's repository.
  func make() throws {
    try FileManager.default.removeItem(at: farm.repository)
    try FileManager.default.createDirectory(
      at: farm.repository, withIntermediateDirectories: true)
    try farm.git("init", "-q", "-b", "main", ".")
    try farm.git("config", "user.name", "demo")
    try farm.git("config", "user.email", "demo@example.com")
    try farm.commit("django42", Self.base.merging(words(0)) { $1 }.merging(extra) { $1 })
    try farm.commit("django52", Self.newer.merging(words(1)) { $1 })
    try farm.commit("code52", words(2))
    try farm.commit("broken", ["library/migrations/0003_halves.py": Self.broken])
  }

  private func words(_ index: Int) -> [String: String] {
    ["library/words.py": "GREETING = '\(greetings[index])'\n"]
  }

  private static let base = [
    "requirements.txt": "Django==4.2.*\n",
    ".gitignore": "venv/\n__pycache__/\n",
    "manage.py": manage,
    "project/__init__.py": "",
    "project/settings.py": settings(database: sqlite),
    "project/urls.py": urls,
    "library/__init__.py": "",
    "library/models.py": models(extra: ""),
    "library/migrations/__init__.py": "",
    "library/migrations/0001_initial.py": initial,
  ]

  private static let newer = [
    "requirements.txt": "Django==5.2.*\n",
    "library/models.py": models(extra: "    price_cents = models.IntegerField(default=0)\n"),
    "library/migrations/0002_cents.py": cents,
  ]

  private static let manage = """
    import os
    import sys

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

    """

  private static let sqlite = """
    {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA / "db.sqlite3"}
    """

  /// The settings of every site.
  ///
  /// - Parameter database: an expression for that of the site.
  static func settings(database: String) -> String {
    """
    import os
    from pathlib import Path

    from django.core.management.utils import get_random_secret_key

    DATA = Path(os.environ["LEAPFROG_SITE_DATA"])
    SECRET = DATA / "secret.txt"
    if not SECRET.exists():
        SECRET.write_text(get_random_secret_key())
    SECRET_KEY = SECRET.read_text()
    ALLOWED_HOSTS = [os.environ["LEAPFROG_SITE"], "testserver"]
    ROOT_URLCONF = "project.urls"
    MEDIA_ROOT = DATA / "media"
    USE_TZ = True
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    DATABASES = {"default": \(database)}
    INSTALLED_APPS = [
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "library",
    ]
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ]

    """
  }

  private static let urls = """
    import django
    from django.contrib import admin
    from django.http import HttpResponse
    from django.urls import path

    from library.models import Book
    from library.words import GREETING


    def home(request):
        version = "%d.%d" % django.VERSION[:2]
        count = Book.objects.count()
        return HttpResponse(f"{GREETING} {request.user} {count} books by {version}")


    urlpatterns = [path("", home), path("admin/", admin.site.urls)]

    """

  private static func models(extra: String) -> String {
    """
    from django.conf import settings
    from django.db import models


    class Author(models.Model):
        name = models.CharField(max_length=100)


    class Book(models.Model):
        title = models.CharField(max_length=100)
        author = models.ForeignKey(Author, on_delete=models.CASCADE)
        added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
        price = models.DecimalField(max_digits=8, decimal_places=2)
    \(extra)
    """
  }

  private static let initial = """
    import django.db.models.deletion
    from django.conf import settings
    from django.db import migrations, models


    class Migration(migrations.Migration):
        initial = True
        dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
        operations = [
            migrations.CreateModel(
                "Author",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("name", models.CharField(max_length=100)),
                ],
            ),
            migrations.CreateModel(
                "Book",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("title", models.CharField(max_length=100)),
                    (
                        "author",
                        models.ForeignKey("library.author", on_delete=models.CASCADE),
                    ),
                    (
                        "added_by",
                        models.ForeignKey(
                            settings.AUTH_USER_MODEL, on_delete=models.PROTECT
                        ),
                    ),
                    ("price", models.DecimalField(max_digits=8, decimal_places=2)),
                ],
            ),
        ]

    """

  private static let cents = """
    from django.db import migrations, models


    def fill(apps, schema_editor):
        Book = apps.get_model("library", "Book")
        books = list(Book.objects.all())
        for book in books:
            book.price_cents = int(book.price * 100)
        Book.objects.bulk_update(books, ["price_cents"], batch_size=500)


    class Migration(migrations.Migration):
        dependencies = [("library", "0001_initial")]
        operations = [
            migrations.AddField("Book", "price_cents", models.IntegerField(default=0)),
            migrations.RunPython(fill),
        ]

    """

  private static let broken = """
    from django.db import migrations


    def halve(apps, schema_editor):
        Book = apps.get_model("library", "Book")
        Book.objects.filter(id__lte=1000).delete()
        Book.objects.update(price_cents=0)
        if apps.get_model("library", "Author").objects.filter(name="Nemo").exists():
            raise ValueError("nobody wrote this")


    class Migration(migrations.Migration):
        atomic = False
        dependencies = [("library", "0002_cents")]
        operations = [migrations.RunPython(halve, migrations.RunPython.noop)]

    """

  /// Makes a site's data: users, a session, authors and thousands of books. Run in Django's shell.
  static let fill = """
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from library.models import Author, Book

    editor = User.objects.create_superuser("editor", "editor@example.com", "sesame-42")
    authors = [Author.objects.create(name=name) for name in AUTHORS]
    Book.objects.bulk_create(
        [
            Book(
                title=f"Book {n}",
                author=authors[n % len(authors)],
                added_by=editor,
                price=f"{n % 90}.{n % 100:02d}",
            )
            for n in range(COUNT)
        ]
    )
    from django.test import Client
    client = Client()
    assert client.login(username="editor", password="sesame-42")
    open(KEEP, "w").write(client.cookies["sessionid"].value)

    """

  /// Looks at a site as a visitor with the session that `fill` left. Run in Django's shell. The
  /// password is not used to log in: a newer release would hash it again and so end the session.
  static let visit = """
    from django.contrib.auth.hashers import check_password
    from django.contrib.auth.models import User
    from django.test import Client
    encoded = User.objects.get(username="editor").password
    assert check_password("sesame-42", encoded), "the password is lost"
    assert not check_password("wrong", encoded)
    client = Client()
    client.cookies["sessionid"] = open(KEEP).read()
    print(client.get("/").content.decode())

    """
}
