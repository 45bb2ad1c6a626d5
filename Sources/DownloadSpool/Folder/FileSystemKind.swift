/// Whether a spool can be on a file system, by the number that statfs(2) gives.
///
/// A spool tells a generation under way from what a crash has left by a lock that ends with its process, and reads a
/// file while it grows. Between machines neither holds. NFS keeps the lock of a machine that is gone until its server
/// has given it up, if ever, and shows others a file's size as it was up to a minute ago; SMB, AFS, 9P and most of FUSE
/// keep locks to one machine, so that another takes its neighbour's generations for leftovers; cluster file systems
/// have locks, and every eviction would look at one machine's use alone. So each machine has a spool of its own.
enum FileSystemKind: Equatable {
    /// On this machine, as far as is known.
    case local
    /// Shared by machines; with its name.
    case shared(String)
    /// What stands behind it, a disk of this machine or something far away, is not known.
    case opaque(String)

    init(magic: UInt32) {
        self =
            if let name = Self.sharedNames[magic] {
                .shared(name)
            } else if let name = Self.opaqueNames[magic] {
                .opaque(name)
            } else {
                .local
            }
    }

    /// Why a folder on it can't be a spool; nil if it can.
    func refusal(of path: String) -> String? {
        switch self {
        case .local: nil
        case .shared(let name):
            "\(path) is on \(name), which other machines share: locks and growing files are not reliable there. Give "
                + "each machine a spool on a disk of its own, and have the web server send one file's requests to one "
                + "machine (deploy/nginx/machines.conf, deploy/haproxy/machines.cfg)"
        case .opaque(let name):
            "\(path) is on \(name), behind which there may be another machine: locks may not be reliable there. Give "
                + "the spool a folder on a disk of this machine; in a container or a virtual machine, a volume on one"
        }
    }

    /// From linux/magic.h, statfs(2), and the sources of those that are not part of Linux.
    private static let sharedNames: [UInt32: String] = [
        0x0000_6969: "NFS", 0x0000_517B: "SMB", 0xFF53_4D42: "SMB", 0xFE53_4D42: "SMB", 0x0000_564C: "NCP",
        0x00C3_6400: "Ceph", 0x5346_414F: "AFS", 0x6B41_4653: "AFS", 0x7375_7245: "Coda", 0x0BD0_0BD0: "Lustre",
        0x4750_4653: "GPFS", 0x1983_0326: "BeeGFS", 0x0116_1970: "GFS2", 0x7461_636F: "OCFS2",
        0x2003_0528: "OrangeFS", 0xAAD7_AAEA: "PanFS",
    ]

    private static let opaqueNames: [UInt32: String] = [
        0x6573_5546: "FUSE", 0x0102_1997: "9P", 0x786F_4256: "a folder of VirtualBox's host",
        0xBACB_ACBC: "a folder of VMware's host",
    ]
}
