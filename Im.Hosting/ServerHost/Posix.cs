using System.Runtime.InteropServices;

namespace Im.Hosting.ServerHost;

/// <summary>The calls of libc that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int SigInt = 2, SigQuit = 3, SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);
}
