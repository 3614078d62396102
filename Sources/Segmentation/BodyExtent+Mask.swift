import Inference
import Preprocessing
import Volumes

extension BodyExtent {
  /// Where a mask on the scan's grid lies on the prepared grid, plane by plane, rounded outward.
  init(of mask: Mask, in restoration: GridRestoration) {
    let box = restoration.box
    let strides = restoration.originalStrides
    // The mask's rectangle in each plane of the crop, in the network's axis order.
    var cropped: [Rectangle?] = []
    mask.withUnsafeVoxels { voxels in
      for plane in box[0] {
        var rectangle: Rectangle?
        for row in box[1] {
          let start = plane * strides[0] + row * strides[1]
          guard let first = box[2].first(where: { voxels[start + $0 * strides[2]] }),
            let last = box[2].last(where: { voxels[start + $0 * strides[2]] })
          else { continue }
          let columns = first - box[2].lowerBound..<last + 1 - box[2].lowerBound
          let index = row - box[1].lowerBound
          if let known = rectangle {
            rectangle = Rectangle(
              rows: known.rows.lowerBound..<index + 1,
              columns: min(
                known.columns.lowerBound,
                columns.lowerBound
              )..<max(known.columns.upperBound, columns.upperBound)
            )
          } else {
            rectangle = Rectangle(rows: index..<index + 1, columns: columns)
          }
        }
        cropped.append(rectangle)
      }
    }
    let extent = BodyExtent(planes: cropped)
    let prepared = restoration.preparedSize
    let original = restoration.croppedSize
    let planes: [Rectangle?] = (0..<prepared[0]).map { plane in
      let covered = Self.scaled(plane..<plane + 1, from: prepared[0], to: original[0])
      guard let rectangle = extent.rectangle(in: covered) else { return nil }
      return Rectangle(
        rows: Self.scaled(rectangle.rows, from: original[1], to: prepared[1]),
        columns: Self.scaled(rectangle.columns, from: original[2], to: prepared[2])
      )
    }
    self.init(planes: planes)
  }

  /// A range of one sampling of an axis on another, rounded outward.
  private static func scaled(_ range: Range<Int>, from source: Int, to target: Int) -> Range<Int> {
    range.lowerBound * target
      / source..<min(target, (range.upperBound * target + source - 1) / source)
  }
}
