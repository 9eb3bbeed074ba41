import LeapfrogCore
import Testing

@testable import LeapfrogControl

@Suite struct MistakeTests {
  @Test func allMistakesAreToldAtOnceInTheOrderOfTheirLines() {
    let found = mistakes(
      """
      pairs:
        acme:
          repositry: /src/acme.git
          root: srv/acme
          jobs: 0
          jobs: 2
          sites:
            A.example.com: {link: {}}
            www.example.com:
              check: {status: ok, url: index}
      pair: 1
      """)
    #expect(
      found == [
        "2: pairs.acme: has no `repository`; allowed: an address that git can fetch, or a local path",
        "3: pairs.acme.repositry: the key is not known; did you mean `repository`?; allowed: "
          + PairReader.keys.joined(separator: ", "),
        "4: pairs.acme.root: `srv/acme` is not absolute; allowed: an absolute path such as /srv/acme",
        "6: pairs.acme.jobs: the key is on line 5 already; remove one of the two",
        "8: pairs.acme.sites.A.example.com: `A.example.com` has upper-case letters; write it in "
          + "lower case; allowed: a domain such as www.example.com",
        "8: pairs.acme.sites.A.example.com.link: the key is not known; did you mean `links`?; "
          + "allowed: " + SiteReader.keys.joined(separator: ", "),
        "10: pairs.acme.sites.www.example.com.check.url: `index` does not begin with '/'; allowed: "
          + "the path of a page, such as /",
        "10: pairs.acme.sites.www.example.com.check.status: found text `ok`; allowed: a whole "
          + "number from 100 to 599",
        "11: pair: the key is not known; did you mean `pairs`?; allowed: pairs, profiles",
      ])
  }

  @Test(arguments: [
    ("jobs: 65", "found the number 65; allowed: a whole number from 1 to 64"),
    ("jobs: 1.5", "found the number 1.5"), ("jobs: two", "found text `two`"),
    ("jobs: \"2\"", "found text `2`"), ("jobs: [2]", "found a list"), ("jobs:", "found nothing"),
    ("jobs: 99999999999999999999999", "found the number 9999"),
    ("max_failures: 100001", "from 1 to 100000"), ("max_failures: -1", "the number -1"),
    ("keep_backups: 0", "from 1 to 1000"), ("command_timeout: 604801", "from 1 to 604800"),
    ("docroot: 5", "found the number 5"), ("docroot: true", "found the boolean true"),
    ("docroot: ../x", "may not contain '..'"), ("docroot: {a: b}", "found a mapping"),
    (
      "host: -oProxyCommand=x", "does not begin with a letter or a digit; allowed: local, or a name"
    ),
    ("host: a;b", "may hold only letters"),
    ("canary: x", "found text `x`; allowed: a list of sites"),
    ("canary: [x.example.com]", "is no site of the pair"),
    ("sites: [a, b]", "found a list; allowed: a mapping"),
    ("build: {a: b}", "found a mapping"), ("build: ''", "is empty; write [] for no command"),
    ("build: [\"\", x]", "the program is empty"), ("build: [a, [b]]", "build[1]: found a list"),
    ("build: [a, \"b\\0\"]", "build[1]: has a NUL character"), ("build: 5", "found the number 5"),
    ("build: \"a\\0\"", "has a NUL character"),
    ("preview: https://127.0.0.1:80", "does not begin with http://"),
    ("preview: http://127.0.0.1", "has no port"), ("address: http://a:b", "has no port"),
    ("address: http://a:70000", "from 1 to 65535"), ("address: http://a:80/", "has no port"),
    ("address: http://:80", "has a host that is empty"),
    ("user: 1000", "found the number 1000"), ("user: -x", "is no user name"),
    ("commands: {}", "the key belongs to a site; allowed here"),
    ("links: {}", "the key belongs to a site"), ("check: {}", "the key belongs to a site"),
    ("database: {}", "the key belongs to a site"), ("? [a]\n: b", "found a key that is no text"),
  ])
  func mistakesOfAPair(_ line: String, _ part: String) {
    expectMistake(pairFile(line), "5: pairs.acme", part)
  }

  @Test(arguments: [
    ("jobs: 1", "the key belongs to a pair"), ("alias: [a]", "did you mean `aliases`?"),
    ("aliases: a.example.com", "allowed: a list of domains"),
    ("aliases: [a..b]", "aliases[0]: `a..b` has an empty part between its dots"),
    ("aliases: ['']", "the text is empty"), ("aliases: [{}]", "found a mapping"),
    ("links: [a]", "found a list; allowed: a mapping"),
    (
      "links: {/etc: a}",
      "`/etc` is absolute; write it relative; allowed: a relative path below the"
    ),
    (
      "links: {a: ../b}",
      "may not contain '..'; allowed: `.` or a relative path below the site's data"
    ),
    ("links: {a: }", "found nothing"),
    ("database: {engine: mysql, path: a}", "`mysql` is not known"),
    ("database: {engine: mariadb}", "has no `name`"),
    ("database: {engine: mariadb, name: -a}", "begins with '-'"),
    ("database: {engine: postgresql, name: a, defaults_file: /a}", "the key is not known"),
    ("check: {command: [a], url: /}", "does not go with `command`"),
    ("express: sometimes", "is not known"),
    (
      "files: {restic: 'rest:https://a:secret@b/', password_file: /p}",
      "the text holds a password"
    ),
    ("database: {engine: sqlite}", "has no `path`"),
    ("database: {engine: sqlite, path: /a}", "is absolute"),
    ("database: {engine: sqlite, path: a, host: b}", "the key is not known"),
    ("database: {path: a}", "has no `engine`"),
    ("database: sqlite", "found text `sqlite`; allowed: a mapping"),
    ("commands: {udpate: [a]}", "did you mean `update`?"),
    ("check: {status: 600}", "from 100 to 599"), ("check: {contains: ''}", "is empty"),
    ("check: {url: 'a b'}", "does not begin with '/'"),
    ("check: {url: \"/\\r\\nHost: x\"}", "has a character that an address cannot hold"),
    ("check: {url: /#a}", "has a '#'"), ("check: /", "found text `/`; allowed: a mapping"),
  ])
  func mistakesOfASite(_ line: String, _ part: String) {
    expectMistake(siteFile(line), "8: pairs.acme.sites.www.example.com.", part)
  }

  @Test(arguments: [
    ("/", "is the root of the file system"), ("/./", "is the root of the file system"),
    ("/srv/../x", "may not contain '..'"), ("~/acme", "'~', which is not expanded"),
    ("\"/srv/a\\nb\"", "has a control character"), ("''", "the text is empty"),
    ("5", "found the number 5"),
  ])
  func mistakesOfARoot(_ written: String, _ part: String) {
    expectMistake(pairFile("", root: written), "4: pairs.acme.root: ", part)
  }

  @Test func namesOfPairsAreChecked() {
    expectMistake("pairs: {a.b: {repository: /r, root: /a}}", "may hold only letters")
    expectMistake("pairs: {..: {repository: /r, root: /a}}", "pairs...")
    #expect(mistakes("pairs: {acme: }").count == 2)
    #expect(mistakes("pairs: {acme: [1]}") == ["1: pairs.acme: found a list; allowed: a mapping"])
  }

  @Test func aHundredMistakesAreEnough() {
    let found = mistakes("pairs:\n" + (1...300).map { "  _\($0): {}\n" }.joined())
    #expect(found.count == 101)
    #expect(found.last == "and 800 more")
  }
}
