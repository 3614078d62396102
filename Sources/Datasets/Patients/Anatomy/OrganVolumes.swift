public import Anatomy

extension DrawnPatient {
  /// The volumes in mL between which an organ is drawn; a voxel's width blurs the smallest.
  ///
  /// Around the means of contours of 16 planning CTs where those have the organ (eyes, optic nerves,
  /// lacrimal and salivary glands, cochleas, mandible, brainstem, cord), else around textbook
  /// measures; see `Documentation/DrawnPatients.md`.
  public static let plausibleMilliliters: [OrganAtRisk: ClosedRange<Double>] = [
    .carotidArteryLeft: 1.5...10, .carotidArteryRight: 1.5...10, .arytenoid: 0.4...2.5,
    .mandible: 32...95, .brainstem: 20...40, .buccalMucosa: 5...22, .oralCavity: 55...150,
    .cochleaLeft: 0.02...0.3, .cochleaRight: 0.02...0.3, .cricopharyngeus: 1.4...7,
    .cervicalEsophagus: 2...16, .anteriorEyeLeft: 0.4...2.2, .anteriorEyeRight: 0.4...2.2,
    .posteriorEyeLeft: 4.5...10, .posteriorEyeRight: 4.5...10, .lacrimalGlandLeft: 0.25...1.5,
    .lacrimalGlandRight: 0.25...1.5, .submandibularGlandLeft: 3.5...18,
    .submandibularGlandRight: 3.5...18, .thyroid: 6...34, .glottis: 1.3...6,
    .supraglotticLarynx: 6...22, .lips: 4...22, .opticChiasm: 0.1...1.1,
    .opticNerveLeft: 0.35...1.4, .opticNerveRight: 0.35...1.4, .parotidLeft: 11...65,
    .parotidRight: 11...65, .pituitary: 0.12...1.1, .spinalCord: 6...32,
  ]
}
