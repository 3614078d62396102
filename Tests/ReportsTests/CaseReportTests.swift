import Anatomy
import Foundation
import Reports
import Testing

@Suite("Case reports")
struct CaseReportTests {
  private func report(title: String = "Contours") -> CaseReport {
    CaseReport(
      title: title,
      date: Date(timeIntervalSince1970: 0),
      warnings: ["Eye_R was not found."],
      structures: [
        .init(
          name: "Parotid_L",
          label: 4,
          color: .init(201, 202, 203),
          volumeInMilliliters: 20.46,
          voxels: 1091
        ),
        .init(
          name: "Eye_R",
          label: 8,
          color: .init(4, 5, 6),
          volumeInMilliliters: 0,
          voxels: 0
        ),
      ],
      pictures: [.init(caption: "Parotid_L", png: Data([0x89, 0x50, 0x4E, 0x47]))],
      stages: [.init("Infer", seconds: 3), .init("Restore", seconds: 1)],
      sections: [.init("Model", [.init("SHA-256", "abc")])]
    )
  }

  @Test("A report shows its structures, times, facts, warnings and pictures")
  func content() {
    let html = report().html()
    #expect(html.contains("1 of 2 structures found in 4.0 s, 1970-01-01 00:00:00 UTC"))
    #expect(html.contains("20.5"))
    #expect(html.contains("rgb(201 202 203)"))
    #expect(html.contains("not found"))
    #expect(html.contains("width:75.0%"))
    #expect(html.contains("<li>Eye_R was not found.</li>"))
    #expect(html.contains("SHA-256"))
    #expect(html.contains("data:image/png;base64,iVBORw=="))
  }

  @Test("A report needs no network and runs no script")
  func selfContained() {
    let html = report().html()
    #expect(!html.contains("http"))
    #expect(!html.contains("<script"))
    #expect(!html.contains("<link"))
  }

  @Test("Names are text, whatever they hold")
  func escaping() {
    let name = "<img src=x onerror=\"alert('1')\">&\"\u{301}"
    let html = report(title: name).html()
    #expect(!html.contains("<img src=x"))
    #expect(
      html.contains("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&quot;\u{301}")
    )
  }

  @Test("Odd times and volumes are written as dashes, not as traps")
  func notFinite() {
    var odd = report()
    odd.stages = [.init("Infer", seconds: .nan), .init("Restore", seconds: .infinity)]
    odd.structures[0].volumeInMilliliters = .infinity
    #expect(odd.html().contains("\u{2013}"))
  }
}
