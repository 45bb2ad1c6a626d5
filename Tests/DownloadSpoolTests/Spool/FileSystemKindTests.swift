import Testing

@testable import DownloadSpool

/// Which file systems a spool can be on.
@Suite struct FileSystemKindTests {
    @Test(
        "A disk of this machine, or its memory, can have a spool",
        arguments: [
            // ext4, XFS, Btrfs, ZFS, F2FS, bcachefs, tmpfs, ramfs, overlayfs, eCryptfs, and one that could not be told.
            0xEF53, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0xF2F5_2010, 0xCA45_1A4E, 0x0102_1994, 0x8584_58F6,
            0x794C_7630, 0xF15F, 0,
        ] as [UInt32]
    )
    func local(magic: UInt32) {
        #expect(FileSystemKind(magic: magic) == .local)
        #expect(FileSystemKind(magic: magic).refusal(of: "/spool") == nil)
    }

    @Test(
        "What machines share is refused by its name, with what to do instead",
        arguments: [
            (0x6969, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "SMB"), (0xFE53_4D42, "SMB"), (0x00C3_6400, "Ceph"),
            (0x5346_414F, "AFS"), (0x6B41_4653, "AFS"), (0x7375_7245, "Coda"), (0x0BD0_0BD0, "Lustre"),
            (0x4750_4653, "GPFS"), (0x1983_0326, "BeeGFS"), (0x0116_1970, "GFS2"), (0x7461_636F, "OCFS2"),
            (0x2003_0528, "OrangeFS"), (0xAAD7_AAEA, "PanFS"), (0x564C, "NCP"),
        ] as [(UInt32, String)]
    )
    func shared(magic: UInt32, name: String) throws {
        #expect(FileSystemKind(magic: magic) == .shared(name))
        let refusal = try #require(FileSystemKind(magic: magic).refusal(of: "/mnt/spool"))
        #expect(refusal.hasPrefix("/mnt/spool is on \(name), which other machines share"))
        #expect(refusal.contains("a disk of its own"))
    }

    @Test(
        "What may be on another machine is refused, too",
        arguments: [0x6573_5546, 0x0102_1997, 0x786F_4256] as [UInt32]
    )
    func opaque(magic: UInt32) throws {
        let refusal = try #require(FileSystemKind(magic: magic).refusal(of: "/mnt/spool"))
        #expect(refusal.contains("there may be another machine") && refusal.contains("a disk of this machine"))
    }
}
