import Evaluation
import SegmentationMetrics

/// Means of one metric by structure, one column a method; the best of each group's row in bold.
struct MeanTable {
  /// Methods that were measured on the same cases.
  struct Group {
    let heading: String
    let methods: [String]
    let structures: [String]
    private let means: [String: [Double?]]

    init(heading: String, methods: [String], _ rows: [(structure: String, means: [Double?])]) {
      self.heading = heading
      self.methods = methods
      structures = rows.map(\.structure)
      means = Dictionary(rows.map { ($0.structure, $0.means) }, uniquingKeysWith: { a, _ in a })
    }

    /// One finite mean for each method, `nil` where there is none.
    func means(of structure: String) -> [Double?] {
      let known = means[structure] ?? []
      return methods.indices.map { index in
        guard index < known.count, let mean = known[index], mean.isFinite else { return nil }
        return mean
      }
    }
  }

  let metric: Metric
  let groups: [Group]
  var marksBest = true

  var markup: String {
    let names = groups.map { group in
      group.methods.enumerated().map { index, name in
        "<th scope=\"col\" class=\"number\(index == 0 ? " group" : "")\">\(escaped(name))</th>"
      }.joined()
    }
    let headings = groups.map { group in
      """
      <th scope="colgroup" colspan="\(group.methods.count)" class="group">\
      \(escaped(group.heading))</th>
      """
    }
    // The ranking's structures first, then those that only others have.
    let structures = distinct(groups.flatMap(\.structures))
    let rows = structures.map { structure in
      "<tr><th scope=\"row\">\(escaped(structure))</th>"
        + groups.map { cells(of: $0, structure) }.joined() + "</tr>"
    }
    let isSingle = groups.count == 1
    let marking =
      marksBest ? "; the best of each row\(isSingle ? "" : " and group") in bold" : ""
    return """
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>Mean \(escaped(metric.heading + metric.arrow)) by structure\(marking)</caption>
      <thead>\(isSingle ? "" : "<tr><td></td>\(headings.joined())</tr>\n")\
      <tr><th scope="col">Structure</th>\(names.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  private func cells(of group: Group, _ structure: String) -> String {
    let means = group.means(of: structure)
    let known = means.compactMap(\.self)
    let best = (metric.isHigherBetter ?? true) ? known.max() : known.min()
    // What reads the same is equally good.
    let bestText = marksBest && known.count > 1 ? best.map(metric.text) : nil
    return means.enumerated().map { index, mean in
      let group = index == 0 ? " group" : ""
      guard let text = mean.map(metric.text) else {
        return "<td class=\"number faint\(group)\">–</td>"
      }
      return "<td class=\"number\(group)\">\(text == bestText ? "<b>\(text)</b>" : text)</td>"
    }.joined()
  }
}
