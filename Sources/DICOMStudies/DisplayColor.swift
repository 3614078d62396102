internal import Anatomy
internal import Foundation

extension StructureColor {
  /// The color as DICOM stores it for displays: CIELab of the profile connection space, each value
  /// over the whole of 16 bits (PS3.3, C.10.7.1.1).
  var cieLab: [UInt16] {
    // sRGB to XYZ under D50 (Bradford), as in ICC profiles.
    func linear(_ value: UInt8) -> Double {
      let part = Double(value) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    let (r, g, b) = (linear(red), linear(green), linear(blue))
    let x = (0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Self.white.x
    let y = (0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Self.white.y
    let z = (0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Self.white.z
    func bent(_ value: Double) -> Double {
      value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }
    let lightness = 116 * bent(y) - 16
    let (a, c) = (500 * (bent(x) - bent(y)), 200 * (bent(y) - bent(z)))
    func word(_ part: Double) -> UInt16 { UInt16((min(max(part, 0), 1) * 65535).rounded()) }
    return [word(lightness / 100), word((a + 128) / 255), word((c + 128) / 255)]
  }

  /// The color nearest to one that DICOM stores for displays; `nil` where it is not three values.
  init?(cieLab values: [UInt16]) {
    guard values.count == 3 else { return nil }
    let parts = values.map { Double($0) / 65535 }
    let middle = (parts[0] * 100 + 16) / 116
    func straight(_ value: Double) -> Double {
      let cube = value * value * value
      return cube > 216.0 / 24389 ? cube : (116 * value - 16) * 27 / 24389
    }
    let x = straight(middle + (parts[1] * 255 - 128) / 500) * Self.white.x
    let y = straight(middle) * Self.white.y
    let z = straight(middle - (parts[2] * 255 - 128) / 200) * Self.white.z
    func byte(_ linear: Double) -> UInt8 {
      let part = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
      return UInt8((min(max(part, 0), 1) * 255).rounded())
    }
    self.init(
      byte(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
      byte(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z),
      byte(0.0719453 * x - 0.2289914 * y + 1.4052427 * z)
    )
  }

  /// The white of D50.
  private static var white: (x: Double, y: Double, z: Double) { (0.96422, 1, 0.82521) }
}
