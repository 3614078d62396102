import Evaluation
import Foundation
import Reports
import Testing

@Suite("Reports of methods weeks later")
struct TimePointReportTests {
  private func study(patients: Int) -> TimePointStudy {
    func method(_ name: String, share: Double) -> TimePointMethod {
      TimePointMethod(
        name: name,
        outcomes: (0..<patients).flatMap { index in
          ["GTVp", "GTVn"].map { structure -> TimePointOutcome in
            let before = 2 + Double(index * 7 % 11)
            let now = index % 4 == 3 ? 0 : before * (0.2 + 0.1 * Double(index % 5))
            let found = index % 8 == 3 ? 0 : max(now, 0.5)
            let common = min(now, found) * share
            return TimePointOutcome(
              caseName: "<\(index)>",
              structure: structure,
              millilitersBefore: before,
              millilitersNow: now,
              millilitersFound: found,
              millilitersCommon: common,
              dice: now + found > 0 ? 2 * common / (now + found) : nil,
              hausdorff95: now > 0 && found > 0 ? 3 : nil,
              meanSurfaceDistance: now > 0 && found > 0 ? 1 : nil
            )
          }
        }
      )
    }
    return TimePointStudy(
      [method(TimePointRequest.baseline, share: 0.4), method("map & masks", share: 0.8)],
      structures: ["GTVp", "GTVn"]
    )
  }

  @Test("The page is well formed and has the tables and figures of its study")
  func content() throws {
    let html = TimePointReport(
      title: "A <study>",
      date: Date(timeIntervalSince1970: 0),
      study: study(patients: 24)
    ).html()
    let page = ParsedPage(html)
    #expect(page.problem == nil)
    let headings = page.elements.filter { $0.name == "h2" }.map(\.text)
    #expect(
      headings == [
        "Scores", "Vanished tumors", "Tests", "Distributions", "Change of volume and Dice",
        "By volume", "Methods",
      ]
    )
    #expect(page.elements.count { $0.name == "svg" } == 4)
    // Persisting tumors of both structures, on each method's plot.
    let circles = page.elements.filter { $0.name == "circle" }
    #expect(circles.count { $0.classes == ["second"] } == 2 * 18)
    #expect(html.contains("50 % (3 of 6)"))
    #expect(html.contains("map &amp; masks"))
  }

  @Test("A study of hardly any patients makes a page too")
  func few() {
    for patients in [1, 4] {
      let page = TimePointReport(
        title: "Few",
        date: Date(timeIntervalSince1970: 0),
        study: study(patients: patients)
      ).html()
      #expect(ParsedPage(page).problem == nil)
    }
  }
}
