import Foundation

/// One HTML page that needs nothing else: no network, no script, its styles inside.
///
/// Written so that it is well-formed XML too, follows the reader's light or dark setting, and prints
/// on white.
struct HTMLPage {
  /// The heading; plain text.
  var title: String
  /// The line below the heading; plain text.
  var subtitle: String
  /// What comes between the heading and the foot; markup.
  var body: String
  /// Whether the page holds figures, and so needs their styles.
  var hasFigures = false
  /// After how many seconds a browser reads the page again; `nil` where it stays as it is.
  var refreshSeconds: Int?
  /// The last line; plain text.
  var footer = """
    Made by Delineate, a research tool and not a medical device. A qualified person must \
    check every contour before it is used.
    """

  /// The page's markup.
  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>\(refresh)
    <title>\(escaped(title))</title>
    <style>
    \(Self.style)\(hasFigures ? "\n" + Self.reportStyle + "\n" + Self.figureStyle : "")
    </style>
    </head>
    <body>
    <header>
    <h1>\(escaped(title))</h1>
    <p>\(escaped(subtitle))</p>
    </header>
    \(body)
    <footer>\(escaped(footer))</footer>
    </body>
    </html>

    """
  }

  private var refresh: String {
    refreshSeconds.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\"/>" } ?? ""
  }

  /// A day and time in UTC, as in "2026-01-31 12:00:00 UTC".
  static func text(_ date: Date) -> String {
    let style = Date.ISO8601FormatStyle.iso8601.year().month().day().dateTimeSeparator(.space)
      .time(includingFractionalSeconds: false)
    return date.formatted(style) + " UTC"
  }

  /// A picture with its caption, the bytes inside the page.
  static func figure(png: Data, caption: String, alternative: String? = nil) -> String {
    """
    <figure>
    <img alt="\(escaped(alternative ?? caption))" \
    src="data:image/png;base64,\(png.base64EncodedString())"/>
    <figcaption>\(escaped(caption))</figcaption>
    </figure>
    """
  }

  /// A heading with a table of named facts.
  static func facts(_ section: CaseReport.Section) -> String {
    let rows = section.facts.map { fact in
      "<tr><th scope=\"row\">\(escaped(fact.name))</th><td>\(escaped(fact.value))</td></tr>"
    }
    return """
      <section>
      <h2>\(escaped(section.title))</h2>
      <table class="facts">
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </section>
      """
  }
}
