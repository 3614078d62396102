import Anatomy
import ImageProcessing
import VolumeFiles
import Volumes

extension LabelMap {
  /// Parts the structures of both sides by the scan's midline, near where they are.
  func split(_ sides: MergedSides, in scan: Scan, threads: Int) -> LabelMap {
    let structures = sides.structures.map {
      SideLabels(label: $0.label, left: $0.left, right: $0.right)
    }
    let paired = Set(sides.structures.filter(\.hasSides).map(\.label))
    let straight = MidPlane(normal: [1, 0, 0], offset: 0)
    guard let box = box(around: paired) else { return splittingSides(structures, at: straight) }
    let plane = MidPlane.ofSymmetry(
      in: scan.volume,
      contrast: scan.isCT ? .ct : .mr,
      near: box,
      threads: threads
    )
    return splittingSides(structures, at: plane)
  }
}
