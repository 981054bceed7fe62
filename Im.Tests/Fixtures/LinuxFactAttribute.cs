namespace Im.Tests.Fixtures;

/// <summary>Needs what only Linux has; elsewhere it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    internal const string NotLinux = "Only on Linux.";

    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : NotLinux;
}

/// <inheritdoc cref="LinuxFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : LinuxFactAttribute.NotLinux;
}
