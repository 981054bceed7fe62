using System.Globalization;

namespace Aspire.Containerless.ServerHost;

/// <summary>
/// The moment between the supervisor and its program: drops root, ties the program's life to the supervisor's, becomes the program.
/// A process of its own because .NET cannot run code between fork and exec.
/// </summary>
internal static class ProgramExec
{
    public static int Run(string signal, string parent, string user, string[] program)
    {
        if (user != "-")
        {
            var ids = user.Split(':');
            Posix.BecomeUser(uint.Parse(ids[0], CultureInfo.InvariantCulture), uint.Parse(ids[1], CultureInfo.InvariantCulture));
        }
        if (OperatingSystem.IsLinux())
        {
            // After the account changed, which clears it; and the supervisor may have died before this line.
            Posix.DieWithParent(Posix.SignalNumber(signal));
            if (Posix.GetParentProcessId() != int.Parse(parent, CultureInfo.InvariantCulture)) return 1;
        }
        Posix.Execute(program);
        return 126;
    }
}
