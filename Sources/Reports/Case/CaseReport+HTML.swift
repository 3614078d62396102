import Anatomy

extension CaseReport {
  /// The report as one HTML page that needs nothing else: pictures and styles are inside.
  ///
  /// Opens without a network, follows the reader's light or dark setting, and prints on white.
  public func html() -> String {
    HTMLPage(
      title: title,
      subtitle: summary,
      body: """
        \(warningList)
        <main>
        <div class="columns">
        \(structureTable)
        \(stageTable)
        </div>
        \(pictureList)
        <div class="columns">
        \(sections.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """
    ).html
  }

  private var summary: String {
    let found = structures.filter { $0.voxels > 0 }.count
    let seconds = stages.reduce(0) { $0 + $1.seconds }
    return "\(found) of \(structures.count) structures found in \(fixed(seconds, digits: 1)) s, "
      + HTMLPage.text(date)
  }

  private var warningList: String {
    guard !warnings.isEmpty else { return "" }
    let items = warnings.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
    return "<section class=\"warnings\">\n<h2>Warnings</h2>\n<ul>\n\(items)\n</ul>\n</section>"
  }

  private var structureTable: String {
    let rows = structures.map { structure in
      // As in the pictures, whose ground is black.
      let color = structure.color.onBlack
      let swatch =
        "<span class=\"swatch\" style=\"background:rgb(\(color.red) \(color.green) \(color.blue))\">"
        + "</span>"
      let volume =
        structure.voxels > 0
        ? fixed(structure.volumeInMilliliters, digits: 1) : "<span class=\"faint\">not found</span>"
      return """
        <tr><td>\(swatch)\(escaped(structure.name))</td><td class="number">\(structure.label)</td>\
        <td class="number">\(volume)</td><td class="number">\(structure.voxels)</td></tr>
        """
    }
    return """
      <section>
      <h2>Structures</h2>
      <table>
      <thead><tr><th>Structure</th><th class="number">Label</th><th class="number">Volume, ml</th>\
      <th class="number">Voxels</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </section>
      """
  }

  private var stageTable: String {
    guard !stages.isEmpty else { return "" }
    let total = max(stages.reduce(0) { $0 + $1.seconds }, 1e-9)
    let rows = stages.map { stage in
      let share = fixed(min(max(stage.seconds / total, 0), 1) * 100, digits: 1)
      return """
        <tr><td>\(escaped(stage.name))</td><td class="number">\(fixed(stage.seconds, digits: 2))</td>\
        <td class="bar"><span style="width:\(share)%"></span></td></tr>
        """
    }
    return """
      <section>
      <h2>Time</h2>
      <table>
      <thead><tr><th>Stage</th><th class="number">Seconds</th><th>Share</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </section>
      """
  }

  private var pictureList: String {
    pictures.map { HTMLPage.figure(png: $0.png, caption: $0.caption) }.joined(separator: "\n")
  }
}
