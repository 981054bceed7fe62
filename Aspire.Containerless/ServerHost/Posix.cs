using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Aspire.Containerless.ServerHost;

/// <summary>The few calls of libc that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigTerm = 15;
    private const int SetParentDeathSignal = 1;

    public static int SignalNumber(string name) => name == "INT" ? SigInt : SigTerm;

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);

    /// <summary>The kernel signals this process when the thread that started it ends, whatever killed it.</summary>
    public static void DieWithParent(int signal) => Check(PrCtl(SetParentDeathSignal, (nuint)signal, 0, 0, 0));

    /// <summary>From root to another account, for good, for every thread of the process.</summary>
    public static void BecomeUser(uint userId, uint groupId)
    {
        Check(SetGroups(0, 0));
        Check(SetGid(groupId));
        Check(SetUid(userId));
    }

    /// <summary>Replaces this process by the program. Returns only by throwing.</summary>
    public static void Execute(string[] program) => Check(ExecV(program[0], [.. program, null]));

    private static void Check(int result)
    {
        if (result != 0) throw new Win32Exception();
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGid(uint groupId);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUid(uint userId);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExecV(string path, string?[] arguments);
}
