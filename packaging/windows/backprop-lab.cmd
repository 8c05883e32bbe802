@echo off
rem Backprop Lab from a terminal: the program has no console of its own, so the shell waits for it here.
if "%~1"=="" (
  start "" "%~dp0Backprop Lab.exe"
) else (
  start "" /b /wait "%~dp0Backprop Lab.exe" %*
)
exit /b %ERRORLEVEL%
